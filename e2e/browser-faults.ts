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
