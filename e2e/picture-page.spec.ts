import { readFile } from "node:fs/promises";
import { join } from "node:path";
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

test("a picture's page has an address: Back closes it, a reload shows it again, another browser says that it is not there", async ({
  page,
  browser,
}) => {
  await new Studio(page).open();
  await fillHistory(page, 3);
  await page.reload();
  const grid = page.getByRole("grid", { name: "Pictures" });
  const dialog = page.getByRole("dialog");
  await grid.getByRole("button", { name: filledPrompt(2) }).click();
  await expect(page).toHaveURL(/#\/pictures\/00000000-0000-4000-8000-000000000002$/);
  await dialog.getByRole("button", { name: "The older picture" }).click();
  await expect(page).toHaveURL(/0001$/);
  await expect(page).toHaveTitle(`${filledPrompt(1)} · Easel`);
  const address = page.url();
  await page.goBack();
  await expect(dialog).toHaveCount(0);
  await expect(page).toHaveURL(/\/(?:#\/)?$/);
  await page.goForward();
  await expect(dialog.getByRole("img", { name: filledPrompt(1) })).toBeVisible();
  await page.reload();
  await expect(dialog.getByRole("img", { name: filledPrompt(1) })).toBeVisible();
  // A picture that came from elsewhere, with a model that nobody here has.
  await dialog.getByRole("button", { name: "The older picture" }).click();
  await expect(dialog).toContainText("Enlarge: owner/large is not here to draw with.");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(page).toHaveURL(/\/(?:#\/)?$/);

  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(address);
  await expect(stranger.getByText("This picture is not in this browser.")).toBeVisible();
  await expect(stranger).toHaveURL(/#\/$/);
  await stranger.context().close();
});

test.describe("with a model of several sizes", () => {
  test.use({ serviceWorkers: "block" });

  test("a picture is enlarged by a second pass, and the larger one leads back to it", async ({ page }) => {
    // Random weights in the place of the app's own model, which draws one size.
    const tiny = "models/tiny/sd";
    await page.route("**/models/easel-mini/**", async (route) => {
      const path = new URL(route.request().url()).pathname.slice("/models/easel-mini/".length);
      const bytes = await readFile(join(tiny, path));
      if (path !== "manifest.json") return route.fulfill({ body: bytes });
      const manifest = JSON.parse(bytes.toString()) as object;
      return route.fulfill({
        json: {
          ...manifest,
          id: "easel-mini",
          sizes: [
            [64, 64],
            [128, 128],
          ],
        },
      });
    });
    const studio = new Studio(page);
    await studio.open();
    await studio.field("Size").selectOption("64x64");
    await studio.draw("a fish", { steps: 2, seed: 7, where: "This device" });
    const tiles = page.getByRole("grid", { name: "Pictures" }).getByRole("img", { name: "a fish" });
    await tiles.click();
    const view = page.getByRole("dialog", { name: "a fish" });
    await view.getByRole("button", { name: "Enlarge" }).click();
    await page.getByRole("menuitem", { name: "× 2: 128 × 128" }).click();
    await expect(tiles).toHaveCount(2, { timeout: 60_000 });
    await tiles.first().click();
    const width = () =>
      view
        .getByRole("img", { name: "a fish" })
        .first()
        .evaluate((image) => (image as HTMLImageElement).naturalWidth);
    await expect.poll(width).toBe(128);
    await expect(view).toContainText("Second pass");
    await expect(view.getByRole("region", { name: "Where it comes from" })).toContainText("Came from");
    await expect(view).toContainText("Enlarge: Tiny SD (random) draws no larger size.");
  });
});
