import { decibels } from "./drawn-in-node.ts";
import { expect, test } from "./fixtures.ts";
import { nameThing } from "./recogniser.ts";
import { Studio } from "./studio.ts";

test("a picture drawn by the server shows what was asked for and lands in the same history", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  const picture = await studio.draw("a dog on a red background", { seed: 3, where: "Server" });
  expect(await nameThing(await studio.bytesOf(picture))).toEqual({ thing: "dog", ground: "red" });
  await expect(page.getByRole("main")).toContainText("Server");
  await page.reload();
  await expect(studio.picture("a dog on a red background")).toBeVisible();
});

test("here and on the server the same request gives the same picture", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open();
  const request = { seed: 9, steps: 6 };
  const here = await studio.pixelsOf(await studio.draw("a mushroom", { ...request, where: "This device" }));
  const there = await studio.pixelsOf(await studio.draw("a mushroom", { ...request, where: "Server" }));
  expect(there.length).toBe(here.length);
  // Two kernels sum in different orders; 40 dB is under half a grey level's hundredth of the range on average.
  expect(decibels(here, there)).toBeGreaterThan(40);
});

test("cancelling on the server ends without a picture", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open();
  await studio.fill("a tent", { steps: 150, seed: 4, where: "Server" });
  await studio.generate.click();
  await expect(studio.progress).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(studio.progress).toHaveCount(0);
  await expect(studio.picture("a tent")).toHaveCount(0);
});
