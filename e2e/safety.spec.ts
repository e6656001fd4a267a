import type { Page } from "@playwright/test";
import { fillHistory } from "./fill-history.ts";
import { expect, test } from "./fixtures.ts";
import { FaultHub } from "./hub/fault-hub.ts";
import { Studio } from "./studio.ts";

/** The random classifier's labels, of which one is always the likeliest. */
const ALL = "apple,bell,cat,dog,egg,fox,guitar,house,island,jar,kite";

declare global {
  interface Window {
    shownUncovered: string[];
  }
}

/** From the page's first moment on: the alternative text of each picture that comes into it uncovered. */
function watchPictures(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    window.shownUncovered = [];
    const watch = (records: MutationRecord[]) => {
      const added = records.flatMap(({ addedNodes }) => [...addedNodes]);
      const pictures = added.flatMap((node) =>
        node instanceof Element ? [node, ...node.querySelectorAll("img")] : [],
      );
      for (const picture of pictures) {
        if (picture instanceof HTMLImageElement && picture.closest('[data-covered="true"]') === null)
          window.shownUncovered.push(picture.alt);
      }
    };
    new MutationObserver(watch).observe(document, { childList: true, subtree: true });
  });
}

/** Picture 2 is unsafe, 1 is not; 0, which as a whole is not either, is a grid of both, and 1 is drawn from 2. */
function markPictures(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const open = indexedDB.open("easel");
        open.onsuccess = () => {
          const transaction = open.result.transaction("jobs", "readwrite");
          const jobs = transaction.objectStore("jobs");
          const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
          const marks = [
            { unsafe: null, grid: { x: { field: "seed", values: [1, 2] }, y: null, cells: [id(1), id(2)] } },
            { unsafe: null, parentId: id(2) },
            { unsafe: { label: "kite", score: 1 } },
          ];
          for (const [n, mark] of marks.entries()) {
            const found = jobs.get(id(n));
            found.onsuccess = () => jobs.put({ ...(found.result as object), ...mark });
          }
          transaction.oncomplete = () => {
            open.result.close();
            resolve();
          };
        };
      }),
  );
}

test("a safety model is got, what it calls unsafe is covered until it is asked for, and it goes again", async ({
  page,
}) => {
  const hub = await FaultHub.start(new Map([["easel/tiny-vit", "models/tiny/seeing/vit"]]));
  const studio = new Studio(page);
  await studio.open();
  await studio.draw("a red apple", { where: "This device", steps: 2, seed: 1 });

  await page.getByRole("link", { name: "Models" }).click();
  await page.getByText("The hub and your token").click();
  await page.getByLabel("Hub's address").fill(hub.url);
  await page.getByLabel("Hub's address").press("Tab");
  const safety = page.getByRole("region", { name: "Safety model" });
  await safety.getByLabel("Classifier on the hub").fill("easel/tiny-vit");
  await test.step("labels that do not tell by their names have to be told", async () => {
    await safety.getByRole("button", { name: "Get it" }).click();
    await expect(safety.getByRole("alert")).toContainText("None of easel/tiny-vit's labels is unsafe");
  });
  await safety.getByLabel("Unsafe labels").fill(ALL);
  await safety.getByRole("button", { name: "Get it" }).click();
  await expect(safety).toContainText("tiny-vit looks at each new picture");
  await hub.stop();

  await page.getByRole("link", { name: "Easel" }).click();
  await studio.draw("a red house", { where: "This device", steps: 2, seed: 2 });
  const stage = page.getByRole("region", { name: "Easel", exact: true });
  await expect(stage.getByText(/The safety model calls this picture unsafe: \w+/)).toBeVisible();
  const covers = page.locator('[data-covered="true"]');
  // On the easel and on the wall; what was drawn before is left alone.
  await expect(covers).toHaveCount(2);
  await expect(covers.first()).toHaveCSS("filter", /blur/);
  await stage.getByRole("button", { name: "Show it" }).click();
  await expect(covers).toHaveCount(0);

  await test.step("after a reload it is covered anew, also on its own page", async () => {
    await page.reload();
    await expect(covers).toHaveCount(1);
    await page.getByRole("region", { name: "History" }).getByRole("button", { name: "a red house" }).click();
    const view = page.getByRole("dialog");
    await expect(view.getByText(/calls this picture unsafe/)).toBeVisible();
    const handsOn = view.getByRole("button", { name: /^(Download|Share|Edit)/ });
    await expect(handsOn).toHaveCount(0);
    await view.getByRole("button", { name: "Show it" }).click();
    await expect(covers).toHaveCount(0);
    await expect(handsOn).toHaveCount(3);
    await page.keyboard.press("Escape");
  });

  await test.step("nothing is shown of pictures in the making, neither on the easel nor in the queue", async () => {
    await studio.fill("a slow one", { where: "Server", steps: 150 });
    await studio.generate.click();
    await studio.fill("another one", { where: "This device", steps: 100 });
    await studio.generate.click();
    const queue = page.getByRole("region", { name: "Queue" });
    // Long enough for several previews.
    await expect(queue.getByText(/Step ([5-9]|\d\d)\b/)).toBeVisible();
    await expect(queue.locator("img, canvas")).toHaveCount(0);
    await expect(stage.locator("img, canvas")).toHaveCount(0);
  });

  await test.step("a grid is covered for one of its pictures, and so is what was drawn from; from the first moment on", async () => {
    await fillHistory(page, 3);
    await markPictures(page);
    await watchPictures(page);
    await page.reload();
    const cell = (n: number) => page.locator(`[data-job$="00000000000${n}"]`);
    await expect(cell(0).locator(covers)).toHaveCount(1);
    await expect(cell(2).locator(covers)).toHaveCount(1);
    await expect(cell(1).getByRole("img")).toBeVisible();
    await expect(cell(1).locator(covers)).toHaveCount(0);
    const alone = await cell(1).getByRole("img").getAttribute("alt");
    const old = await page.evaluate(() => window.shownUncovered);
    // What was drawn before the safety model came is left alone.
    expect(old.filter((alt) => alt !== alone && alt !== "a red apple")).toEqual([]);
  });

  const start = page.getByRole("region", { name: "Starting picture" });
  await test.step("what the next picture starts from is covered as the picture it was taken from", async () => {
    await page.getByRole("region", { name: "History" }).getByRole("button", { name: "a red house" }).click();
    const view = page.getByRole("dialog");
    await view.getByRole("button", { name: "Show it" }).click();
    await view.getByRole("button", { name: "Start from it" }).click();
    await expect(start.getByRole("img")).toBeVisible();
    await expect(start.locator(covers)).toHaveCount(0);
    await expect(start.getByRole("button", { name: "Edit" })).toBeVisible();
    await page.reload();
    await expect(start.locator(covers)).toHaveCount(1);
    await expect(start.getByRole("button", { name: "Edit" })).toHaveCount(0);
  });
  await start.getByRole("button", { name: "Remove the starting picture" }).click();
  await expect(covers).toHaveCount(3);
  await page.getByRole("link", { name: "Models" }).click();
  await safety.getByRole("button", { name: /^Delete/ }).click();
  await expect(safety.getByLabel("Classifier on the hub")).toBeVisible();
  await page.getByRole("link", { name: "Easel" }).click();
  await expect(studio.picture("a red house")).toBeVisible();
  await expect(covers).toHaveCount(0);
});
