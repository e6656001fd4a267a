import type { Page } from "@playwright/test";

/** Ends the tab's process, as the system does when memory runs out. */
export async function killTab(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const gone = page.waitForEvent("crash");
  // The answer never comes: who would give it has ended.
  session.send("Page.crash").catch(() => undefined);
  await gone;
}
