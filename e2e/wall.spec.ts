import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { fillHistory, filledPrompt } from "./fill-history.ts";
import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

/** A page whose history holds `count` pictures, the newest first. */
async function openWall(page: Page, count: number) {
  const studio = new Studio(page);
  await studio.open();
  const history = page.getByRole("region", { name: "History" });
  await expect(history.getByText(/Your pictures will hang here/)).toBeVisible();
  await fillHistory(page, count);
  await page.reload();
  const grid = history.getByRole("grid", { name: "Pictures" });
  await expect(grid).toBeVisible();
  return {
    history,
    grid,
    cell: (n: number) =>
      grid
        .getByRole("gridcell")
        .filter({ has: page.getByRole("img", { name: filledPrompt(n), exact: true }) }),
    picture: (n: number) => grid.getByRole("button", { name: filledPrompt(n), exact: true }),
    search: history.getByRole("searchbox"),
    bar: page.getByRole("toolbar", { name: "Selected pictures" }),
  };
}

test("of thousands only what is near the screen is in the page, and the keys lead through all of them", async ({
  page,
}) => {
  const { history, grid, cell, picture } = await openWall(page, 3_000);
  await expect(history).toContainText("kept in this browser only · 3,000 pictures");
  await expect(grid).toHaveAttribute("aria-rowcount", /^[3-9]\d\d$/);
  expect(await grid.getByRole("gridcell").count()).toBeLessThan(150);

  await picture(2_999).focus();
  await page.keyboard.press("ArrowRight");
  await expect(picture(2_998)).toBeFocused();
  await page.keyboard.press("End");
  await expect(picture(0)).toBeFocused();
  await expect(picture(0)).toBeInViewport();
  await expect(picture(2_999)).toHaveCount(0);
  expect(await grid.getByRole("gridcell").count()).toBeLessThan(150);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("s");
  await expect(cell(1).getByRole("button", { name: "Star" })).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText(filledPrompt(1));
  await page.keyboard.press("Escape");
  await expect(picture(1)).toBeFocused();
  await page.keyboard.press("Home");
  await expect(picture(2_999)).toBeFocused();
  await page.keyboard.press("PageDown");
  await expect(grid.locator(":focus")).not.toHaveAccessibleName(filledPrompt(2_999));
});

test("search and filters narrow the wall together", async ({ page }) => {
  const { history, picture, search } = await openWall(page, 60);
  await search.fill("cat evening");
  await expect(history.getByRole("status").filter({ hasText: "10 of 60" })).toBeVisible();
  await expect(picture(57)).toBeVisible();
  await expect(picture(56)).toHaveCount(0);
  await search.fill("seed:7");
  await expect(history.getByRole("status").filter({ hasText: "1 of 60" })).toBeVisible();
  await expect(picture(7)).toBeVisible();
  await search.fill("");

  await history.getByRole("button", { name: "Filter" }).click();
  await history.getByLabel("Drawn with").selectOption("owner/large");
  await history.getByLabel("Picture size").selectOption("128×256");
  await expect(history.getByRole("status").filter({ hasText: "3 of 60" })).toBeVisible();
  for (const n of [0, 20, 40]) await expect(picture(n)).toBeVisible();
  await history.getByRole("button", { name: "Clear" }).click();
  await history.getByLabel("From").fill("2126-01-01");
  await expect(history.getByText("No picture is like that.")).toBeVisible();
  await history.getByRole("button", { name: "Show all" }).click();
  await expect(picture(59)).toBeVisible();
});

test("albums: pictures are dragged into them, or put there by keyboard, and stay there", async ({ page }) => {
  const { history, picture, bar, grid } = await openWall(page, 8);
  await history.getByRole("button", { name: "New album" }).click();
  await page.keyboard.type("Cats and dogs");
  await page.keyboard.press("Enter");
  const album = history.getByRole("button", { name: "Cats and dogs", exact: true });
  // Both in view: a page that scrolls in the middle of a drag lets go beside the album.
  await expect(album).toBeVisible();
  await album.evaluate((element) => element.scrollIntoView({ block: "center" }));
  // A wall that still arrives ends a drag: whoever drags then tries again.
  await expect(async () => {
    await picture(7).dragTo(album);
    await expect(page.getByText("Put in Cats and dogs.")).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: 30_000 });

  await picture(6).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Shift+ArrowRight");
  await expect(bar).toContainText("2 selected");
  await bar.getByRole("button", { name: "Album" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Cats and dogs", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 put in Cats and dogs.")).toBeVisible();
  await page.reload();
  await album.click();
  await expect(grid.getByRole("gridcell")).toHaveCount(3);
  for (const n of [7, 6, 5]) await expect(picture(n)).toBeVisible();

  await test.step("a picture is taken out again; the album goes and its pictures stay", async () => {
    await picture(7).click({ modifiers: ["Control"] });
    await bar.getByRole("button", { name: "Album" }).click();
    await page.getByRole("menuitem", { name: "Take out of Cats and dogs" }).click();
    await expect(grid.getByRole("gridcell")).toHaveCount(2);
    await history.getByRole("button", { name: "Delete album" }).click();
    await expect(album).toHaveCount(0);
    await expect(grid.getByRole("gridcell")).toHaveCount(8);
  });
});

test("several are deleted by a key and come back by Undo; deleted for good they free their room", async ({
  page,
}) => {
  const { history, picture, grid } = await openWall(page, 6);
  await picture(5).focus();
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Delete");
  await expect(grid.getByRole("gridcell")).toHaveCount(4);
  await expect(picture(3)).toBeFocused();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(grid.getByRole("gridcell")).toHaveCount(6);
  await expect(history.getByTestId("storage")).toContainText("6 pictures");
  await picture(0).focus();
  await page.keyboard.press("Delete");
  await expect(history.getByTestId("storage")).toContainText("5 pictures");
  await page.reload();
  await expect(history.getByTestId("storage")).toContainText("5 pictures");
});

test("two are compared with a slider, and what differs is listed", async ({ page }) => {
  const { picture, bar } = await openWall(page, 4);
  await picture(3).click({ modifiers: ["Control"] });
  await expect(bar.getByRole("button", { name: "Compare" })).toBeDisabled();
  await picture(2).click();
  await bar.getByRole("button", { name: "Compare" }).click();
  const view = page.getByRole("dialog", { name: "Two pictures compared" });
  const slider = view.getByRole("slider");
  const clip = () => view.getByTestId("uncovered").evaluate((node) => getComputedStyle(node).clipPath);
  await expect.poll(clip).toBe("inset(0px 50% 0px 0px)");
  await slider.focus();
  for (let presses = 0; presses < 20; presses++) await page.keyboard.press("ArrowRight");
  await expect.poll(clip).toBe("inset(0px 30% 0px 0px)");
  await page.keyboard.press("Home");
  await expect.poll(clip).toBe("inset(0px 100% 0px 0px)");
  await expect(view.getByRole("row", { name: /Seed/ })).toHaveText(/Seed\s*3\s*2/);
  await expect(view.getByRole("row", { name: /Guidance/ })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(bar).toContainText("2 selected");
});

test("a selection travels as a zip to another browser, whole, and never twice", async ({
  page,
  browser,
  easel,
}) => {
  const { picture, bar } = await openWall(page, 5);
  await page.addInitScript(() => Reflect.deleteProperty(window, "showSaveFilePicker"));
  await page.reload();
  await picture(4).focus();
  await page.keyboard.press("s");
  await picture(4).click({ modifiers: ["Control"] });
  await picture(1).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    bar.getByRole("button", { name: "Export" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^easel-\d{4}-\d\d-\d\d\.zip$/);
  const zip = await readFile(await download.path());

  const other = await browser.newContext({ baseURL: easel.url });
  const there = new Studio(await other.newPage());
  await there.open();
  const wall = there.page.getByRole("region", { name: "History" });
  const take = async () => {
    await wall.getByRole("button", { name: "Export and import" }).click();
    const [chooser] = await Promise.all([
      there.page.waitForEvent("filechooser"),
      there.page.getByRole("menuitem", { name: "Import an export" }).click(),
    ]);
    await chooser.setFiles({ name: "easel.zip", mimeType: "application/zip", buffer: zip });
  };
  await take();
  await expect(there.page.getByText("2 pictures imported.")).toBeVisible();
  await expect(wall.getByRole("gridcell")).toHaveCount(2);
  const [here, copy] = [picture(4).getByRole("img"), wall.getByRole("img", { name: filledPrompt(4) })];
  expect(await there.bytesOf(copy)).toEqual(await there.bytesOf(here));
  await wall.getByRole("button", { name: "Starred" }).click();
  await expect(wall.getByRole("gridcell")).toHaveCount(1);
  await take();
  await expect(there.page.getByText("0 pictures imported. 2 were here already.")).toBeVisible();
  await wall.getByRole("button", { name: "Starred" }).click();
  await expect(wall.getByRole("gridcell")).toHaveCount(2);
  await other.close();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("taps select, an album takes them, and nothing scrolls sideways", async ({ page }) => {
    const { history, picture, bar, grid, search } = await openWall(page, 300);
    expect(await grid.getByRole("gridcell").count()).toBeLessThan(100);
    await history.getByRole("button", { name: "New album" }).tap();
    await page.keyboard.type("Best");
    await page.keyboard.press("Enter");
    await history.getByRole("button", { name: "Select", exact: true }).first().tap();
    await picture(299).tap();
    await picture(298).tap();
    await expect(bar).toContainText("2 selected");
    await expect(bar).toBeInViewport({ ratio: 1 });
    // One row: a button is 44 pixels high.
    expect((await bar.boundingBox())?.height).toBeLessThan(80);
    await bar.getByRole("button", { name: "Star" }).tap();
    await bar.getByRole("button", { name: "Album" }).tap();
    await page.getByRole("menuitem", { name: "Best", exact: true }).tap();
    await bar.getByRole("button", { name: "End selecting" }).tap();
    await history.getByRole("button", { name: "Starred" }).tap();
    await expect(grid.getByRole("gridcell")).toHaveCount(2);
    await history.getByRole("button", { name: "Starred" }).tap();
    await search.fill("seed:123");
    await picture(123).tap();
    await expect(page.getByRole("dialog")).toContainText(filledPrompt(123));
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  });
});
