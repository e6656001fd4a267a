import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { readPictureSettings } from "../src/core/metadata/index.ts";
import { fillHistory, filledPrompt } from "./fill-history.ts";
import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

/** The page of a picture that is drawn here. */
async function openPage(page: Page) {
  const studio = new Studio(page);
  await studio.open();
  await studio.draw("a fish", { steps: 4, seed: 7, where: "This device" });
  // Its thumbnail takes the place of the words: what is pressed before that may be gone when it is let go.
  await page.getByRole("grid", { name: "Pictures" }).getByRole("img", { name: "a fish" }).click();
  const view = page.getByRole("dialog", { name: "a fish" });
  await expect(view.getByRole("img", { name: "a fish" })).toBeVisible();
  const save = async (format: string) => {
    await view.getByLabel("Format").selectOption(format);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      view.getByRole("button", { name: "Save", exact: true }).click(),
    ]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  return { studio, view, save };
}

test("a picture goes out as PNG, JPEG or WebP, with its request inside or without; a variation leads back to it", async ({
  page,
}) => {
  const { studio, view, save } = await openPage(page);
  await view.getByText("Save as").click();
  const request = { program: "Easel", settings: { prompt: "a fish", seed: 7, numSteps: 4 } };
  for (const [format, ending] of [
    ["PNG", "png"],
    ["JPEG", "jpg"],
    ["WebP", "webp"],
  ] as const) {
    const { name, bytes } = await save(format);
    expect(name).toBe(`a-fish-7.${ending}`);
    expect(await readPictureSettings(bytes)).toMatchObject(request);
  }
  await view.getByRole("checkbox", { name: "with its request inside" }).uncheck();
  for (const format of ["PNG", "JPEG", "WebP"]) {
    const { bytes } = await save(format);
    expect(await readPictureSettings(bytes)).toBeUndefined();
    expect(bytes.includes("fish")).toBe(false);
  }

  await test.step("varied, and from the variation back", async () => {
    await expect(view).toContainText("Enlarge: Easel mini draws no larger size.");
    await view.getByRole("button", { name: "Vary" }).click();
    await page.getByRole("menuitem", { name: "Somewhat, 25 %" }).click();
    await expect(view).toHaveCount(0);
    const tiles = page.getByRole("grid", { name: "Pictures" }).getByRole("img", { name: "a fish" });
    await expect(tiles).toHaveCount(2, { timeout: 60_000 });
    await tiles.first().click();
    await expect(view).toContainText(/Variation\s*towards seed \d+, 25 %/);
    const lineage = view.getByRole("region", { name: "Where it comes from" });
    await lineage.getByRole("button", { name: "Open: a fish" }).click();
    await expect(view).not.toContainText("towards seed");
    await expect(lineage).toContainText("Came of it");
    await lineage.getByRole("button", { name: "Open: a fish" }).click();

    await view.getByRole("button", { name: "Use again" }).click();
    await expect(page.getByText(/towards seed \d+, 25 %/)).toBeVisible();
    await expect(studio.field("Seed")).toHaveValue("7");
  });
});

test("keys, wheel and drag look closer; arrows lead on while the whole is shown", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open();
  await fillHistory(page, 3);
  await page.reload();
  await page
    .getByRole("grid", { name: "Pictures" })
    .getByRole("button", { name: filledPrompt(2) })
    .click();
  const view = page.getByRole("dialog");
  const area = view.getByRole("group", { name: /Plus and minus zoom/ });
  const image = view.getByRole("img", { name: filledPrompt(2) });
  const width = async () => (await image.boundingBox())?.width ?? 0;
  await expect.poll(width).toBeGreaterThan(100);
  const whole = await width();
  await area.focus();
  await page.keyboard.press("+");
  expect((await width()) / whole).toBeCloseTo(1.5, 1);
  const before = await image.boundingBox();
  await page.keyboard.press("ArrowRight");
  expect((await image.boundingBox())!.x).toBeLessThan(before!.x);
  await page.keyboard.press("0");
  expect(await width()).toBeCloseTo(whole, 0);
  await area.hover();
  await page.mouse.wheel(0, -400);
  await expect.poll(width).toBeGreaterThan(whole * 2);
  await view.getByRole("button", { name: "Show the whole" }).click();
  await area.focus();
  await page.keyboard.press("ArrowRight");
  await expect(view.getByRole("img", { name: filledPrompt(1) })).toBeVisible();
  await view.getByRole("button", { name: "The newer picture" }).click();
  await expect(image).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(view).toHaveCount(0);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("the page scrolls to everything and never sideways; the picture goes to the editor", async ({
    page,
  }) => {
    const studio = new Studio(page);
    await studio.open();
    await fillHistory(page, 2);
    await page.reload();
    await page
      .getByRole("grid", { name: "Pictures" })
      .getByRole("button", { name: filledPrompt(1) })
      .tap();
    const view = page.getByRole("dialog");
    await expect(view.getByRole("button", { name: "Download" })).toBeInViewport();
    await view.getByText("Asked for").scrollIntoViewIfNeeded();
    await expect(view.getByText("Asked for")).toBeInViewport();
    expect(await view.evaluate((node) => node.scrollWidth - node.clientWidth)).toBe(0);
    await view.getByRole("button", { name: "Edit", exact: true }).tap();
    await expect(page.getByRole("dialog", { name: "Edit the picture" })).toBeVisible();
    await expect(page.getByRole("dialog")).toHaveCount(1);
  });
});
