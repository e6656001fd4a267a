import type { Page } from "@playwright/test";
import { fillHistory } from "./fill-history.ts";
import { expect, test } from "./fixtures.ts";
import { nameThing } from "./recogniser.ts";
import { Studio } from "./studio.ts";

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

test("on a phone: settings unfold, a picture is drawn, nothing scrolls sideways", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open();
  await expect(studio.field("Steps")).toBeHidden();
  const picture = await studio.draw("a mushroom on a blue background", { seed: 4, where: "This device" });
  await expect(studio.field("Steps")).toBeVisible();
  expect(await nameThing(await studio.bytesOf(picture))).toEqual({ thing: "mushroom", ground: "blue" });
  expect(await sideways(page)).toBe(0);

  const history = page.getByRole("region", { name: "History" });
  await history.getByRole("searchbox").scrollIntoViewIfNeeded();
  await history.getByRole("img").first().tap();
  const view = page.getByRole("dialog");
  await expect(view.getByRole("button", { name: "Download" })).toBeInViewport();
  expect(await sideways(page)).toBe(0);
});

test("composing on a phone: weights, tokens, a style, a list, shape and seed by touch, all there after a reload", async ({
  page,
}) => {
  await page.route("**/models/easel-mini/manifest.json", async (route) => {
    const manifest = (await (await route.fetch()).json()) as object;
    const size_rule = { multiple_of: 32, min: 64, max: 256, max_pixels: 256 * 192 };
    await route.fulfill({ json: { ...manifest, size_rule } });
  });
  const studio = new Studio(page);
  await studio.open();
  await fillHistory(page, 8);
  await page.reload();
  const button = (name: string) => page.getByRole("button", { name, exact: true });

  await studio.prompt.tap();
  await studio.prompt.fill("an apple");
  await expect(page.getByTestId("tokens")).toHaveText(/^2 \/ 75/);
  for (const key of ["Control+ArrowUp", "Control+ArrowUp", "Control+ArrowDown"])
    await studio.prompt.press(key);
  await expect(studio.prompt).toHaveValue("an (apple:1.1)");

  await button("Styles").tap();
  const styles = page.getByRole("dialog", { name: "Styles" });
  await styles.getByRole("button", { name: "New style" }).tap();
  await styles.getByLabel("Name").fill("Blue");
  await styles.getByLabel("Added to the prompt").fill("on a blue background");
  expect(await sideways(page)).toBe(0);
  await styles.getByRole("button", { name: "Save" }).tap();
  await styles.getByText("Blue", { exact: true }).tap();
  await styles.getByRole("button", { name: "Close" }).tap();
  await expect(button("Without Blue")).toBeVisible();

  await studio.prompt.press("End");
  await button("Wildcards").tap();
  await page.getByRole("dialog", { name: "Wildcards" }).getByRole("button", { name: "__fruit__" }).tap();
  await expect(studio.prompt).toHaveValue("an (apple:1.1) __fruit__");
  const words = await studio.prompt.inputValue();

  await page.getByRole("button", { name: /^Settings/ }).tap();
  const size = (side: string) => studio.field(side);
  await studio.field("Shape").selectOption("16:9");
  await expect(size("Width")).toHaveValue("160");
  await button("Swap width and height").tap();
  await expect(size("Width")).toHaveValue("96");
  await expect(size("Height")).toHaveValue("160");
  const seed = studio.field("Seed");
  await button("Keep this seed").tap();
  await expect(seed).toHaveValue("7");
  await button("Roll the dice").tap();
  await expect(seed).not.toHaveValue("7");
  await button("Last seed: 7").tap();
  await expect(seed).toHaveValue("7");
  expect(await sideways(page)).toBe(0);

  await page.reload();
  await expect(studio.prompt).toHaveValue(words);
  await expect(button("Without Blue")).toBeVisible();
  await studio.unfoldSettings();
  await expect(size("Width")).toHaveValue("96");
  await expect(size("Height")).toHaveValue("160");
  await expect(seed).toHaveValue("7");
});

test("watching on a phone: the picture comes into view with its steps and time; what waits is moved up, taken out and cleared", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  const ask = async (prompt: string, seed: number, steps: number) => {
    await studio.fill(prompt, { seed, steps, where: "This device" });
    await studio.generate.tap();
  };
  // How long a step takes is known by the second.
  await studio.draw("a bell", { seed: 1, steps: 2, where: "This device" });
  await ask("a castle", 1, 150);
  const easel = page.getByRole("region", { name: "Easel" });
  // The button lies below the easel: the page goes up to it by itself.
  await expect(easel.getByText(/^Step \d+ of 150, \d+ (s|min) left$/)).toBeInViewport({ timeout: 60_000 });
  await expect(easel.locator("canvas").first()).toBeInViewport();
  await expect(page).toHaveTitle(/^\d+% · Easel$/);
  for (const [seed, prompt] of ["a fish", "a boat", "a snail"].entries()) await ask(prompt, seed + 2, 2);

  const queue = page.getByRole("region", { name: "Queue" });
  const rows = queue.getByRole("listitem");
  await expect(rows).toContainText([/^1 ?a fish.*about \d+ (s|min) left/, /^2 ?a boat/, /^3 ?a snail/]);
  await queue.getByRole("button", { name: "Move up: a boat" }).tap();
  await expect(rows).toContainText([/a boat/, /a fish/, /a snail/]);
  await queue.getByRole("button", { name: "Take out of the queue: a boat" }).tap();
  await expect(rows).toContainText([/a fish/, /a snail/]);
  expect(await sideways(page)).toBe(0);
  await queue.getByRole("button", { name: "Clear all" }).tap();
  await expect(queue).toHaveCount(0);
  await easel.getByRole("button", { name: "Cancel", exact: true }).tap();
  await expect(page).toHaveTitle("Easel");
  // What is not near the screen is not in the page.
  await page.getByRole("region", { name: "History" }).evaluate((wall) => wall.scrollIntoView());
  await expect(page.getByRole("button", { name: "Cancelled a castle" })).toBeVisible();
});
