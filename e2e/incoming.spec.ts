import { iTXt, png, tEXt } from "../src/core/metadata/tests/picture-files.ts";
import { expect, test } from "./fixtures.ts";
import { givePicture, plainPicture } from "./given-pictures.ts";
import { Studio } from "./studio.ts";

const A1111 =
  "a fox, (shiny:1.2)\nNegative prompt: blurry\nSteps: 9, Sampler: Euler a, CFG scale: 4.5, Seed: 42, Size: 512x512, " +
  "Model: dreamy, Clip skip: 2, Variation seed: 7, Variation seed strength: 0.25, Version: v1.10.0";

test("a dropped picture's settings come into the fields, and what has no place is told", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open();
  await givePicture(page, "drop", "fox.png", png(tEXt("parameters", A1111)));
  const dialog = page.getByRole("dialog", { name: "A picture from elsewhere" });
  await expect(dialog.getByRole("heading", { name: "Settings of AUTOMATIC1111" })).toBeVisible();
  await expect(dialog).toContainText("Not taken over (3)");
  for (const left of ["dreamy", "512 × 512", "Clip skip"]) await expect(dialog).toContainText(left);
  await dialog.getByRole("button", { name: "Use settings" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(studio.prompt).toHaveValue("a fox, (shiny:1.2)");
  await studio.unfoldSettings();
  await expect(studio.field("Steps")).toHaveValue("9");
  await expect(studio.field("Guidance")).toHaveValue("4.5");
  await expect(studio.field("Seed")).toHaveValue("42");
  await expect(studio.field("Scheduler")).toHaveValue("euler_ancestral");
  await expect(page.getByText("towards seed 7, 25 %")).toBeVisible();
  await page.reload();
  await page.getByRole("button", { name: "Remove: Variation" }).click();
  await expect(page.getByText("towards seed 7, 25 %")).toHaveCount(0);

  await test.step("a file that is no picture, and one that is cut short, get a clear word", async () => {
    await givePicture(page, "drop", "notes.txt", Buffer.from("hello"));
    await expect(page.getByText(/notes\.txt is no picture/)).toBeVisible();
    await givePicture(page, "drop", "half.png", png(iTXt("parameters", A1111)).subarray(0, 60));
    await expect(dialog.getByRole("alert")).toContainText("can't be shown as a picture");
    await expect(dialog.getByRole("button", { name: "Start from it" })).toHaveCount(0);
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
  });
});

test("a pasted picture is what the next one starts from, also after a reload, until it is removed", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  await givePicture(page, "paste", "red.png", await plainPicture(page, "rgb(200 30 30)"));
  await page.getByRole("dialog").getByRole("button", { name: "Start from it" }).click();
  const start = page.getByRole("region", { name: "Starting picture" });
  const strength = start.getByRole("slider", { name: "Strength" });
  await studio.fill("a cat", { steps: 10, seed: 3, where: "This device" });
  await expect(strength).toHaveAttribute("aria-valuetext", "80 %: 8 of 10 steps");
  await strength.press("Home");
  await expect(start).toContainText("nothing would be drawn");
  for (let presses = 0; presses < 4; presses++) await strength.press("ArrowRight");
  await expect(strength).toHaveAttribute("aria-valuetext", "20 %: 2 of 10 steps");
  await page.reload();
  await expect(start.getByRole("img", { name: "The starting picture" })).toBeVisible();
  await expect(strength).toHaveAttribute("aria-valuetext", "20 %: 2 of 10 steps");

  await studio.generate.click();
  const picture = studio.picture("a cat");
  await expect(picture).toBeVisible({ timeout: 60_000 });
  const pixels = await studio.pixelsOf(picture);
  const mean = [0, 1, 2].map((channel) => {
    const values = pixels.filter((_, index) => index % 4 === channel);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
  expect(mean[0]).toBeGreaterThan(150);
  expect(Math.max(mean[1]!, mean[2]!)).toBeLessThan(90);

  await start.getByRole("button", { name: "Remove the starting picture" }).click();
  await expect(page.getByRole("button", { name: "Open a picture" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: "Open a picture" })).toBeVisible();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("a picture is chosen, and its settings are a tap away", async ({ page }) => {
    const studio = new Studio(page);
    await studio.open();
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "Open a picture" }).tap(),
    ]);
    await chooser.setFiles({
      name: "fox.png",
      mimeType: "image/png",
      buffer: png(tEXt("parameters", A1111)),
    });
    const use = page.getByRole("dialog").getByRole("button", { name: "Use settings" });
    await expect(use).toBeInViewport({ ratio: 1 });
    await use.tap();
    await expect(studio.prompt).toHaveValue("a fox, (shiny:1.2)");
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  });
});
