import type { Page, Worker } from "@playwright/test";

/** Ends the tab's process, as the system does when memory runs out. */
export async function killTab(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const gone = page.waitForEvent("crash");
  // The answer never comes: who would give it has ended.
  session.send("Page.crash").catch(() => undefined);
  await gone;
}

/**
 * Has the page's drawing worker stand still until it is ended: a picture that takes as long as a test needs, on a
 * machine of any speed.
 */
export async function holdDrawing(page: Page): Promise<void> {
  const worker = await drawingWorker(page);
  // In a task of its own, between two steps: from a thread that waits no answer would come.
  await worker.evaluate(
    () => void setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)),
  );
}

/** The worker that the page draws in, among those of its library and of the runtime's threads. */
export async function drawingWorker(page: Page): Promise<Worker> {
  for (const worker of page.workers()) {
    if ((await worker.evaluate(() => self.name)).startsWith("easel-diffusion-")) return worker;
  }
  throw new Error("The page has no drawing worker.");
}

/** Ends the page's drawing worker without a word to the page, as a browser does that needs its memory. */
export async function endDrawingWorker(page: Page): Promise<void> {
  await (await drawingWorker(page)).evaluate(() => self.close());
}

/** Has the page's drawing worker find no more memory than it holds already. */
export async function exhaustMemory(page: Page): Promise<void> {
  await (
    await drawingWorker(page)
  ).evaluate(() => {
    WebAssembly.Memory.prototype.grow = () => {
      throw new RangeError("WebAssembly.Memory.grow(): Unable to grow instance memory");
    };
  });
}

/** Ends the process that draws for all pages: every GPU device is lost. */
export async function loseGpu(page: Page): Promise<void> {
  const browser = page.context().browser();
  if (browser === null) throw new Error("The page's browser can't be reached.");
  const session = await browser.newBrowserCDPSession();
  await session.send("Browser.crashGpuProcess");
  await session.detach();
}

/** Turns over a byte of a model's file where the browser keeps it, as a failing disk may. */
export async function alterStoredFile(page: Page, model: string, path: string): Promise<void> {
  const at = { model, path };
  await page.evaluate(async ({ model, path }) => {
    const root = await navigator.storage.getDirectory();
    const store = await root.getDirectoryHandle("models");
    const manifests = await store.getDirectoryHandle("manifests");
    const manifest = await (await manifests.getFileHandle(encodeURIComponent(model))).getFile();
    const { files } = JSON.parse(await manifest.text()) as { files: { path: string; sha256: string }[] };
    const sha256 = files.find((file) => file.path === path)?.sha256 ?? "";
    const handle = await (await store.getDirectoryHandle("files")).getFileHandle(sha256);
    const [byte = 0] = new Uint8Array(await (await handle.getFile()).slice(1_000, 1_001).arrayBuffer());
    const stream = await handle.createWritable({ keepExistingData: true });
    await stream.write({ type: "write", position: 1_000, data: Uint8Array.of(byte ^ 1) });
    await stream.close();
  }, at);
}

/** Leaves the page's origin so many bytes beside those that it has; null: as many as the browser grants. */
export async function leaveRoom(page: Page, bytes: number | null): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  const { usage } = await session.send("Storage.getUsageAndQuota", { origin });
  await session.send("Storage.overrideQuotaForOrigin", {
    origin,
    ...(bytes === null ? {} : { quotaSize: Math.round(usage + bytes) }),
  });
}
