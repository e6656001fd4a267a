import type { Page } from "@playwright/test";
import { fillHistory } from "./fill-history.ts";
import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

/** What the page's database says of each picture that was looked at, by its prompt. */
async function seenOf(page: Page): Promise<Record<string, { by: unknown; labels: number | null }>> {
  const jobs = await inJobs(page, (store) => store.getAll());
  return Object.fromEntries(
    (jobs as SeenJob[]).map(({ request, seenBy, sight }) => [
      request.prompt,
      { by: seenBy, labels: sight === undefined ? null : sight.labels.length },
    ]),
  );
}

interface SeenJob {
  request: { prompt: string };
  seenBy?: string;
  sight?: { labels: unknown[] };
}

function inJobs(page: Page, ask: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  return page.evaluate(`new Promise((resolve, reject) => {
    const open = indexedDB.open("easel");
    open.onerror = () => reject(new Error("The history can't be opened."));
    open.onsuccess = () => {
      const asked = (${String(ask)})(open.result.transaction("jobs", "readwrite").objectStore("jobs"));
      asked.transaction.oncomplete = () => {
        open.result.close();
        resolve(asked.result);
      };
    };
  })`);
}

/** Each job that was seen forgets what was; `picture 0 ...` was seen by another easel-eyes than the page has. */
function forgetSights(store: IDBObjectStore): IDBRequest {
  const walk = store.openCursor();
  walk.onsuccess = () => {
    const cursor = walk.result;
    if (cursor === null) return;
    const job = cursor.value as SeenJob;
    delete job.sight;
    if (job.request.prompt.startsWith("picture 0 ")) job.seenBy = "an earlier one";
    cursor.update(job);
    cursor.continue();
  };
  return walk;
}

test("pictures that nobody has looked at are looked at after the next start, once each by one easel-eyes", async ({
  page,
}) => {
  const studio = new Studio(page);
  await page.route("**/eyes-*.onnx", () => undefined);
  await studio.open();
  await studio.draw("a red apple", { where: "This device", steps: 8, seed: 1 });
  await fillHistory(page, 2);
  expect(Object.values(await seenOf(page)).map(({ by }) => by)).toEqual([undefined, undefined, undefined]);
  await page.unroute("**/eyes-*.onnx");

  await page.reload();
  const search = page.getByRole("searchbox");
  await search.fill("苹果");
  const found = page.getByRole("region", { name: "History" }).getByRole("button", { name: "a red apple" });
  await expect(found).toBeVisible();
  const seen = async () => Object.values(await seenOf(page));
  await expect.poll(async () => (await seen()).filter(({ by }) => by !== undefined)).toHaveLength(3);

  await test.step("after a reload the earlier easel-eyes' picture alone, though it is the last", async () => {
    const [first] = await seen();
    await inJobs(page, forgetSights);
    await page.reload();
    await expect
      .poll(async () => (await seen()).filter(({ labels }) => labels !== null))
      .toEqual([{ by: first!.by, labels: 5 }]);
    expect((await seenOf(page))["picture 0 of a cat in the morning"]).toMatchObject({ labels: 5 });
  });
});

test("nothing is looked at while that is switched off, and what was not looked at then is after", async ({
  page,
}) => {
  const asked: string[] = [];
  page.on("request", (request) => void asked.push(new URL(request.url()).pathname));
  await page.goto("/#/device");
  const wanted = page.getByRole("checkbox", { name: /Sort pictures/ });
  await wanted.uncheck();
  await fillHistory(page, 1);
  await page.reload();
  await expect(wanted).not.toBeChecked();
  await expect(page.getByRole("banner").getByText("Ready")).toBeVisible();
  // Longer than the rest after which it would begin.
  const ready = await page.evaluate(() => performance.now());
  await page.waitForFunction((from) => performance.now() > from + 5_000, ready);
  expect(asked.filter((path) => /^\/assets\/(eyes|text)-/.test(path))).toEqual([]);
  await wanted.check();
  await expect.poll(async () => Object.values(await seenOf(page))[0]?.labels).toBe(5);
});
