import { readPngText } from "../src/core/metadata/index.ts";
import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

test.describe("from 320 px on", () => {
  test.use({ viewport: { width: 320, height: 700 } });

  test("a grid of two by two is drawn picture by picture, labelled, kept with them, and stopped as a whole", async ({
    page,
  }) => {
    const studio = new Studio(page);
    await studio.open();
    await studio.fill("a red cat", { seed: 3, where: "This device" });
    const easel = page.getByRole("region", { name: "Easel" });
    const sheet = page.getByRole("dialog", { name: "X/Y grid" });
    const columns = sheet.getByRole("group", { name: "Columns (X)" });
    const rows = sheet.getByRole("group", { name: "Rows (Y)" });
    await page.getByRole("button", { name: "X/Y grid" }).click();
    await columns.getByLabel("What changes").selectOption("Steps");
    await columns.getByLabel("Values").fill("140-160");
    await expect(columns).toContainText("151 is not from 1 to 150.");
    await expect(sheet.getByRole("button", { name: /^Draw/ })).toBeDisabled();
    await columns.getByLabel("Values").fill("2-3");
    await rows.getByLabel("What changes").selectOption("Words of the prompt");
    await rows.getByLabel("Values").fill("cat, dog");
    await expect(sheet).toContainText("2 × 2 pictures");
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    await sheet.getByRole("button", { name: "Draw 4 pictures" }).click();
    await expect(sheet).toHaveCount(0);

    const labelled = easel.getByRole("img", { name: "a red cat" });
    const width = () => labelled.evaluate((image) => (image as HTMLImageElement).naturalWidth).catch(() => 0);
    // A picture alone has 128 pixels.
    await expect.poll(width, { timeout: 120_000 }).toBeGreaterThan(512);
    const text = readPngText(await studio.bytesOf(labelled), "parameters");
    expect(text).toContain('X Type: Steps, X Values: "2, 3", Y Type: Prompt S/R, Y Values: "cat, dog"');
    const wall = page.getByRole("region", { name: "History" });
    /** What is not near the screen is not in the page. */
    const lookAtWall = () => wall.evaluate((element) => element.scrollIntoView());
    await lookAtWall();
    await expect(wall.getByRole("img", { name: "a red cat" })).toHaveCount(3);
    await expect(wall.getByRole("img", { name: "a red dog" })).toHaveCount(2);

    await page.reload();
    await lookAtWall();
    await wall.getByRole("img", { name: "a red cat" }).first().click();
    const view = page.getByRole("dialog");
    await expect(view.getByRole("button", { name: /^Open: a red/ })).toHaveCount(4);
    await expect(view).toContainText("Steps: 2, 3");
    await view.getByRole("button", { name: "Open: a red dog" }).first().click();
    await expect(view.getByRole("heading", { name: "Part of the grid" })).toBeVisible();
    await view.getByRole("button", { name: "Open: a red cat" }).click();
    await view.getByRole("button", { name: "Change this grid" }).click();
    await expect(rows.getByLabel("Values")).toHaveValue("cat, dog");
    await rows.getByLabel("What changes").selectOption("Nothing: a single row");
    await columns.getByLabel("Values").fill("2, 150");
    await sheet.getByRole("button", { name: "Draw 2 pictures" }).click();
    await expect(easel.getByText("Grid: 1 of 2 pictures")).toBeVisible({ timeout: 60_000 });
    await easel.getByRole("button", { name: "Cancel the grid" }).click();
    await expect.poll(width, { timeout: 60_000 }).toBeGreaterThan(512);
    await lookAtWall();
    await expect(wall.getByRole("button", { name: "Cancelled a red cat" })).toHaveCount(1);
  });
});

test("a grid whose tab was closed is interrupted, and run again it draws only what it lacks", async ({
  context,
}) => {
  const closed = new Studio(await context.newPage());
  await closed.open();
  await closed.fill("a bell", { seed: 3, where: "This device" });
  await closed.page.getByRole("button", { name: "X/Y grid" }).click();
  const sheet = closed.page.getByRole("dialog", { name: "X/Y grid" });
  await sheet.getByRole("group", { name: "Columns (X)" }).getByLabel("What changes").selectOption("Steps");
  await sheet.getByRole("group", { name: "Columns (X)" }).getByLabel("Values").fill("2, 150");
  await sheet
    .getByRole("group", { name: "Rows (Y)" })
    .getByLabel("What changes")
    .selectOption("Nothing: a single row");
  await sheet.getByRole("button", { name: "Draw 2 pictures" }).click();
  await expect(closed.page.getByText("Grid: 1 of 2 pictures")).toBeVisible({ timeout: 60_000 });
  await closed.page.close();

  const studio = new Studio(await context.newPage());
  const { page } = studio;
  await studio.open();
  const wall = page.getByRole("region", { name: "History" });
  await wall.evaluate((element) => element.scrollIntoView());
  // The grid was asked for before its pictures: its row is the last one.
  await expect(wall.getByRole("button", { name: "Interrupted a bell" })).toHaveCount(2);
  await wall.getByRole("button", { name: "Run again" }).last().click();
  await expect(page.getByText("Grid: 1 of 2 pictures")).toBeVisible();
  await expect(studio.progress).toBeVisible();
  await page.getByRole("button", { name: "Cancel the grid" }).click();
  const labelled = page.getByRole("region", { name: "Easel" }).getByRole("img", { name: "a bell" });
  const width = () => labelled.evaluate((image) => (image as HTMLImageElement).naturalWidth).catch(() => 0);
  await expect.poll(width, { timeout: 60_000 }).toBeGreaterThan(256);
  await wall.evaluate((element) => element.scrollIntoView());
  await expect(wall.getByRole("img", { name: "a bell" })).toHaveCount(2);
});
