import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

test("words are weighed by keyboard, undone, counted in tokens, and back after a reload", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  await studio.prompt.fill("a red apple");
  await expect(page.getByTestId("tokens")).toHaveText(/^3 \/ 75/);
  await studio.prompt.press("Home");
  await studio.prompt.press("ArrowRight");
  await studio.prompt.press("ArrowRight");
  await studio.prompt.press("Control+ArrowUp");
  await studio.prompt.press("Control+ArrowUp");
  await expect(studio.prompt).toHaveValue("a (red:1.2) apple");
  await studio.prompt.press("Control+ArrowDown");
  await expect(studio.prompt).toHaveValue("a (red:1.1) apple");
  await studio.prompt.press("Control+z");
  await expect(studio.prompt).toHaveValue("a (red:1.2) apple");
  // Weights are no words; a prompt of more than 75 tokens goes on in a second chunk.
  await expect(page.getByTestId("tokens")).toHaveText(/^3 \/ 75/);
  await studio.prompt.fill("a red apple, ".repeat(25));
  await expect(page.getByTestId("tokens")).toHaveText(/^100 \/ 150/);

  await page.getByRole("textbox", { name: "Negative prompt" }).fill("blurry");
  await studio.field("Steps").fill("7");
  await page.reload();
  await expect(studio.prompt).toHaveValue("a red apple, ".repeat(25));
  await expect(page.getByRole("textbox", { name: "Negative prompt" })).toHaveValue("blurry");
  await expect(studio.field("Steps")).toHaveValue("7");
});

test("styles are made, used, exported and imported; the picture keeps what they said", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open();
  await studio.prompt.fill("on a blue background");
  await page.getByRole("button", { name: "Styles" }).click();
  const sheet = page.getByRole("dialog", { name: "Styles" });
  await sheet.getByRole("button", { name: "New style" }).click();
  await sheet.getByRole("button", { name: "Save" }).click();
  await expect(sheet.getByRole("alert")).toHaveText("A style needs a name.");
  await sheet.getByLabel("Name").fill("Blue");
  await sheet.getByRole("button", { name: "Save" }).click();
  const download = page.waitForEvent("download");
  await sheet.getByRole("button", { name: "Export" }).click();
  const file = await (await download).path();
  await sheet.getByRole("button", { name: "Delete Blue" }).click();
  await expect(sheet.getByRole("checkbox")).toHaveCount(0);
  await sheet.getByLabel("Import").setInputFiles({
    name: "styles.json",
    mimeType: "application/json",
    buffer: await (await import("node:fs/promises")).readFile(file),
  });
  await sheet.getByRole("checkbox", { name: "Blue" }).check();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Without Blue" })).toBeVisible();

  await studio.fill("a fish", { seed: 3, steps: 2, where: "This device" });
  await studio.generate.click();
  await expect(studio.picture("a fish, on a blue background")).toBeVisible({ timeout: 60_000 });
});

test("wildcards and choices are drawn by the seed, picture by picture; a name without a list is refused", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  await studio.fill("a {cat|dog} in __weather__", { seed: 0, steps: 1, where: "This device" });
  await studio.generate.click();
  await expect(page.getByRole("alert")).toContainText("no list of words named __weather__");

  await page.getByRole("button", { name: "Wildcards" }).click();
  const sheet = page.getByRole("dialog", { name: "Wildcards" });
  await sheet.getByRole("button", { name: "New list" }).click();
  await sheet.getByLabel("Name").fill("weather");
  await sheet.getByLabel("One a line").fill("rain\nsnow\n");
  await sheet.getByRole("button", { name: "Save" }).click();
  await sheet.getByRole("button", { name: "Close" }).click();
  await studio.field("Batch").fill("2");
  await studio.generate.click();
  await expect(page.getByRole("region", { name: "Queue" })).toHaveCount(0, { timeout: 60_000 });
  const cards = page.getByRole("grid", { name: "Pictures" }).getByRole("img");
  await expect(cards).toHaveCount(2, { timeout: 60_000 });
  const drawn = async () =>
    cards.evaluateAll((images) => images.map((image) => (image as HTMLImageElement).alt));
  for (const alt of await drawn()) expect(alt).toMatch(/^a (cat|dog) in (rain|snow)$/);
  const once = (await drawn()).sort();

  // The same again: the field still holds what was typed, and the same seeds draw the same words.
  await expect(studio.prompt).toHaveValue("a {cat|dog} in __weather__");
  await studio.generate.click();
  await expect(cards).toHaveCount(4, { timeout: 60_000 });
  expect((await drawn()).sort()).toEqual([...once, ...once].sort());

  await studio.prompt.fill("something else");
  await page.getByRole("button", { name: "Recent" }).click();
  await page.getByRole("button", { name: "Use: a {cat|dog} in __weather__" }).click();
  await expect(studio.prompt).toHaveValue("a {cat|dog} in __weather__");
});

test("the seed is locked to the last picture's, rolled, and let go", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open();
  await studio.draw("a bell", { steps: 1, where: "This device" });
  const seed = studio.field("Seed");
  await expect(seed).toHaveValue("");
  const lock = page.getByRole("button", { name: "Keep this seed" });
  await lock.click();
  await expect(page.getByTestId("provider")).toContainText(`seed ${await seed.inputValue()}.`);
  await expect(lock).toHaveAttribute("aria-pressed", "true");
  const last = await seed.inputValue();
  await page.getByRole("button", { name: "Roll the dice" }).click();
  await expect(seed).not.toHaveValue(last);
  await page.getByRole("button", { name: `Last seed: ${last}` }).click();
  await expect(seed).toHaveValue(last);
  await lock.click();
  await expect(seed).toHaveValue("");
  await page.getByText("What do these do?").click();
  await expect(page.getByText("This model's own: 12.")).toBeVisible();
  await page.getByRole("button", { name: "Use the model's own" }).click();
  await expect(studio.field("Steps")).toHaveValue("12");
});

test.describe("a model of several sizes", () => {
  // What a service worker fetches passes no route.
  test.use({ serviceWorkers: "block" });

  test("offers them by shape; sides are swapped, and what is typed is taken to what it draws", async ({
    page,
  }) => {
    const sizes = [
      [128, 128],
      [192, 128],
      [128, 192],
    ];
    const rule: { size_rule?: object } = {};
    await page.route("**/models/easel-mini/manifest.json", async (route) => {
      const manifest = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...manifest, sizes, ...rule } });
    });
    const studio = new Studio(page);
    await studio.open();
    const size = studio.field("Size");
    await expect(size.getByRole("option")).toHaveText([
      "128 × 128 (1:1)",
      "192 × 128 (3:2)",
      "128 × 192 (2:3)",
    ]);
    await size.selectOption("192x128");
    await page.getByRole("button", { name: "Swap width and height" }).click();
    await expect(size).toHaveValue("128x192");

    rule.size_rule = { multiple_of: 32, min: 64, max: 256, max_pixels: 256 * 192 };
    await page.reload();
    await expect(studio.field("Height")).toHaveValue("192");
    await studio.field("Shape").selectOption("16:9");
    await expect(studio.field("Width")).toHaveValue("160");
    await expect(studio.field("Height")).toHaveValue("96");
    await studio.field("Width").fill("250");
    await studio.field("Width").blur();
    await expect(studio.field("Width")).toHaveValue("256");
    await expect(studio.field("Shape")).toHaveValue("own");
  });
});
