import { expect, test } from "./fixtures.ts";
import { FaultHub } from "./hub/fault-hub.ts";
import { Studio } from "./studio.ts";

/** The random classifier's labels, of which one is always the likeliest. */
const ALL = "apple,bell,cat,dog,egg,fox,guitar,house,island,jar,kite";

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
    await view.getByRole("button", { name: "Show it" }).click();
    await expect(covers).toHaveCount(0);
    await page.keyboard.press("Escape");
  });

  await page.reload();
  await expect(covers).toHaveCount(1);
  await page.getByRole("link", { name: "Models" }).click();
  await safety.getByRole("button", { name: /^Delete/ }).click();
  await expect(safety.getByLabel("Classifier on the hub")).toBeVisible();
  await page.getByRole("link", { name: "Easel" }).click();
  await expect(studio.picture("a red house")).toBeVisible();
  await expect(covers).toHaveCount(0);
});
