import type { Page } from "@playwright/test";

/** Job `n` of {@link fillHistory}: what a test can ask of it. */
export const filledPrompt = (n: number): string =>
  `picture ${n} of a ${["cat", "dog", "apple"][n % 3]} in the ${["morning", "evening"][n % 2]}`;

/**
 * Writes `count` finished pictures into the page's own database, each with pixels, request and day of its own: number 0
 * the oldest, a minute apart, as soon as the page has made its tables; it reads them anew after a reload.
 */
export async function fillHistory(page: Page, count: number): Promise<void> {
  const prompts = Array.from({ length: count }, (_, n) => filledPrompt(n));
  await page.evaluate(async (given) => {
    // A hundred different pictures: what is measured is a wall of them, not their drawing.
    const pngs: Blob[] = [];
    for (let n = 0; n < Math.min(100, given.length); n++) {
      const canvas = new OffscreenCanvas(128, 128);
      const context = canvas.getContext("2d");
      if (context === null) throw new Error("no 2d context");
      context.fillStyle = `hsl(${n * 37} 60% 50%)`;
      context.fillRect(0, 0, 128, 128);
      context.fillStyle = "white";
      context.font = "48px sans-serif";
      context.fillText(String(n), 24, 80);
      pngs.push(await canvas.convertToBlob());
    }
    // The page makes its tables as it starts; whoever opens the database before gets an empty one.
    // (No function has a name here: the benches' compiler would want one of its own helpers on the page.)
    while (!(await indexedDB.databases()).some(({ name, version = 0 }) => name === "easel" && version > 0)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const open = indexedDB.open("easel");
      open.onsuccess = () => resolve(open.result);
      open.onerror = () => reject(new Error("The history can't be opened."));
    });
    const newest = Date.now();
    for (let from = 0; from < given.length; from += 1_000) {
      const transaction = database.transaction(["jobs", "pictures"], "readwrite");
      for (const [i, prompt] of given.slice(from, from + 1_000).entries()) {
        const n = from + i;
        const id = `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
        const png = pngs[n % pngs.length];
        transaction.objectStore("pictures").put({ jobId: id, png, thumbnail: png });
        transaction.objectStore("jobs").put({
          id,
          status: "succeeded",
          request: {
            prompt,
            negativePrompt: "",
            promptSyntax: "a1111",
            model: n % 10 === 0 ? "owner/large" : "easel-mini",
            modelRevision: "abc",
            numSteps: 12,
            guidanceScale: 3,
            scheduler: "ddim",
            sigmas: "default",
            seed: n,
            width: 128,
            height: n % 4 === 0 ? 256 : 128,
          },
          createdAt: newest - (given.length - n) * 60_000,
          where: "auto",
          drawnBy: "WASM on this device.",
          notices: [],
          result: null,
          error: null,
          generatedImageId: null,
          shares: [],
          deletedAt: null,
          starred: false,
          albumIds: [],
          parentId: null,
          bytes: png?.size ?? 0,
        });
      }
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onerror = () => reject(new Error(String(transaction.error)));
      });
    }
    database.close();
  }, prompts);
}
