import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { givePicture, plainPicture } from "./given-pictures.ts";
import { Studio } from "./studio.ts";

/** The editor, opened on a red picture of 200 x 128 pixels. */
async function openEditor(page: Page) {
  const studio = new Studio(page);
  await studio.open();
  await givePicture(page, "paste", "red.png", await plainPicture(page, "rgb(200 30 30)"));
  await page.getByRole("dialog").getByRole("button", { name: "Paint over a part" }).click();
  const editor = page.getByRole("dialog", { name: "Edit the picture" });
  const stage = editor.getByRole("application", { name: "Picture and mask" });
  await expect(stage).toBeVisible();
  /** How much of the mask is painted, 0..1. */
  const painted = () =>
    editor.getByTestId("mask").evaluate((node) => {
      const canvas = node as HTMLCanvasElement;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, index) => index % 4 === 3 && value > 0).length / (data.length / 4);
    });
  const button = (name: string) => editor.getByRole("button", { name, exact: true });
  return { studio, editor, stage, painted, button };
}

test("what is painted over is drawn anew, and what is not is kept to the pixel", async ({ page }) => {
  const { studio, stage, painted, button } = await openEditor(page);
  const { x, y, width, height } = (await stage.boundingBox())!;
  const [middle, line] = [x + width / 2, y + height / 2];
  await page.mouse.move(middle, line);
  await page.mouse.down();
  await page.mouse.move(middle + 20, line, { steps: 4 });
  await page.mouse.up();
  const once = await painted();
  expect(once).toBeGreaterThan(0.01);
  expect(once).toBeLessThan(0.4);

  await test.step("undo, redo, invert, the eraser and the keyboard", async () => {
    await page.keyboard.press("Control+z");
    expect(await painted()).toBe(0);
    await button("Redo").click();
    expect(await painted()).toBe(once);
    await button("Invert").click();
    expect(await painted()).toBeGreaterThan(0.6);
    await button("Undo").click();
    await stage.focus();
    await page.keyboard.press("e");
    for (const key of ["Space", "ArrowRight", "Space"]) await page.keyboard.press(key);
    expect(await painted()).toBeLessThan(once);
    await button("Undo").click();
    expect(await painted()).toBe(once);
  });

  await button("Use it").click();
  const start = page.getByRole("region", { name: "Starting picture" });
  await expect(start).toContainText("Only what the mask covers is drawn anew.");
  const drawn = await studio.draw("a cat on a blue background", { steps: 8, seed: 3, where: "This device" });
  const pixels = await studio.pixelsOf(drawn);
  const at = (column: number, row: number) => [
    ...pixels.subarray((row * 128 + column) * 4, (row * 128 + column) * 4 + 3),
  ];
  for (const corner of [at(2, 2), at(125, 2), at(2, 125), at(125, 125)])
    expect(corner).toEqual([200, 30, 30]);
  expect(at(64, 64)).not.toEqual([200, 30, 30]);
});

test("an edge dragged outwards asks for more of the scene, inwards for less; an edit closed by mistake comes back", async ({
  page,
}) => {
  const { editor, button } = await openEditor(page);
  await editor.getByRole("radio", { name: "Frame" }).click();
  await expect(editor).toContainText("128 × 128 of 200 × 128");
  const edge = editor.getByRole("button", { name: "Right edge" });
  const { x, y, width, height } = (await edge.boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 - 80, y + height / 2, { steps: 3 });
  await page.mouse.up();
  await expect(editor).not.toContainText("128 × 128 of 200 × 128");
  await button("Reset the frame").click();
  await edge.focus();
  for (let presses = 0; presses < 4; presses++) await page.keyboard.press("ArrowRight");
  await expect(editor).toContainText(/16\d × 16\d of 200 × 128/);
  await page.keyboard.press("Escape");
  await expect(editor).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(editor).toContainText(/16\d × 16\d of 200 × 128/);
  await button("Use it").click();
  await expect(page.getByRole("region", { name: "Starting picture" })).toContainText(
    "Only what the mask covers",
  );
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("a finger paints, every tool is in reach, nothing scrolls sideways", async ({ page }) => {
    const { stage, painted, button, editor } = await openEditor(page);
    await stage.tap();
    expect(await painted()).toBeGreaterThan(0.01);
    for (const name of ["Erase", "Undo", "Redo", "Invert", "Use it"])
      await expect(button(name)).toBeInViewport({ ratio: 1 });
    await button("Zoom in").tap();
    await expect(button("Show the whole")).toBeVisible();
    await expect(editor.getByRole("slider", { name: "Softness" })).toBeInViewport({ ratio: 1 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  });
});
