import type { Page } from "@playwright/test";
import { holdDrawing, killTab } from "./browser-faults.ts";
import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

const NEXT = "Another tab is drawing; this one is next.";

/** A picture that is not finished before its tab ends. */
async function drawForEver(page: Page, prompt: string): Promise<void> {
  const studio = new Studio(page);
  await studio.open();
  await studio.fill(prompt, { seed: 1, steps: 150, where: "This device" });
  await studio.generate.click();
  await expect(page.getByText(/Step \d+ of 150/)).toBeVisible({ timeout: 60_000 });
  await holdDrawing(page);
}

async function ask(page: Page, prompt: string): Promise<Studio> {
  const studio = new Studio(page);
  await studio.open();
  await studio.fill(prompt, { seed: 2, steps: 2, where: "This device" });
  await studio.generate.click();
  return studio;
}

test("one tab draws at a time: the others wait in their order and say so; a closed or killed tab passes the turn on", async ({
  context,
}) => {
  const [first, second, third] = [await context.newPage(), await context.newPage(), await context.newPage()];
  await drawForEver(first, "a castle");
  const waiting = await ask(second, "a fish");
  await expect(second.getByText(NEXT)).toBeVisible();
  await ask(third, "a boat");
  await expect(third.getByText("this one's turn comes after 2 pictures.")).toBeVisible();
  // The one that waits leaves the queue: the third moves up, and still does not draw beside the first.
  await second.getByRole("button", { name: "Cancel" }).click();
  await expect(waiting.progress).toHaveCount(0);
  await expect(third.getByText(NEXT)).toBeVisible();
  await first.close();
  await expect(new Studio(third).picture("a boat")).toBeVisible({ timeout: 60_000 });

  const holder = await context.newPage();
  await drawForEver(holder, "a tree");
  await ask(third, "a snail");
  await expect(third.getByText(NEXT)).toBeVisible();
  await killTab(holder);
  await expect(new Studio(third).picture("a snail")).toBeVisible({ timeout: 60_000 });
});
