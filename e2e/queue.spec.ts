import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

test("Generate never blocks: what waits is moved up, sent elsewhere, taken out; after a reload it can run again", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  const ask = async (prompt: string, seed: number, steps: number, count = 1) => {
    await studio.fill(prompt, { seed, steps, where: "This device" });
    await studio.field("Batch").fill(String(count));
    await studio.generate.click();
  };
  const drawing = page.getByText(/Step \d+ of 150/);
  await ask("a castle", 1, 150);
  await expect(drawing).toBeVisible({ timeout: 60_000 });
  await ask("a fish", 5, 2, 2);
  await ask("a boat", 9, 2);

  const queue = page.getByRole("region", { name: "Queue" });
  const rows = queue.getByRole("listitem");
  await expect(queue.getByRole("heading", { name: "3 waiting" })).toBeVisible();
  await expect(rows).toContainText([
    /a fish\s+Seed 5 · WASM/,
    /a fish\s+Seed 6 · WASM/,
    /a boat\s+Seed 9 · WASM/,
  ]);
  await queue.getByRole("button", { name: "Move up: a boat" }).click();
  await expect(rows).toContainText([/Seed 5/, /Seed 9/, /Seed 6/]);
  await rows.nth(2).getByRole("button", { name: "Take out of the queue" }).click();
  await expect(rows).toContainText([/Seed 5/, /Seed 9/]);

  // The server draws it beside the one on this device.
  await queue.getByRole("combobox", { name: "Where to draw: a boat" }).selectOption("server");
  await expect(studio.picture("a boat")).toBeVisible({ timeout: 60_000 });
  await expect(drawing).toBeVisible();
  await expect(rows).toHaveText([/a fish/]);

  await queue.getByRole("button", { name: "Clear all" }).click();
  await expect(queue).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(rows).toContainText([/a fish\s+Seed 5/]);

  await page.reload();
  await expect(page.getByRole("button", { name: "Interrupted a castle" })).toBeVisible();
  const lost = page.getByRole("gridcell").filter({ hasText: "a fish" });
  await lost.getByRole("button", { name: "Run again" }).click();
  await expect(studio.picture("a fish")).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("button", { name: "Interrupted a fish" })).toHaveCount(0);
});

test("a picture that fails says why, and the next one is drawn", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open();
  let refused = 0;
  await page.route("**/api/generated-images", async (route) => {
    if (route.request().method() !== "POST" || refused++ > 0) return route.continue();
    const error = { code: "queue_full", message: "Too many pictures are waiting.", hint: "Wait a moment." };
    await route.fulfill({ status: 429, json: { error } });
  });
  await studio.fill("a tent", { seed: 3, steps: 2, where: "Server" });
  await studio.generate.click();
  await expect(page.getByRole("alert")).toContainText("Too many pictures are waiting.");
  await expect(page.getByRole("button", { name: "Failed a tent" })).toBeVisible();
  await studio.draw("a bell", { seed: 4, steps: 2 });
});

test("one that is under way begins anew where it is sent", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open();
  await studio.fill("a castle", { seed: 1, steps: 150, where: "This device" });
  await studio.generate.click();
  const easel = page.getByRole("region", { name: "Easel" });
  await expect(easel.getByText(/^Step \d+ of 150/)).toBeVisible({ timeout: 60_000 });
  await easel.getByRole("button", { name: "Draw it on the server instead" }).click();
  await expect(easel.getByText("Server. You chose the server.")).toBeVisible();
  await expect(easel.getByText(/^Step \d+ of 150/)).toBeVisible({ timeout: 60_000 });
  await easel.getByRole("button", { name: "Draw it on this device instead" }).click();
  await expect(easel.getByText(/^WASM on this device/)).toBeVisible();
  await easel.getByRole("button", { name: "Draw it on the server instead" }).click();
  await expect(easel.getByText(/^Step \d+ of 150/)).toBeVisible({ timeout: 60_000 });
  await easel.getByRole("button", { name: "Cancel", exact: true }).click();
  await expect(page.getByRole("button", { name: "Cancelled a castle" })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});
