import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";

/** The page's own scripts never come. */
async function openBare(page: Page, address: string) {
  await page.route(/\/assets\/shell-[^/]*\.js$/, (route) => route.abort());
  await page.goto(address);
}

const SEEN = ["Easel", "A blank canvas", "a red mushroom"];
const boxOf = (page: Page, text: string) =>
  page.getByText(text, { exact: true }).filter({ visible: true }).boundingBox();

for (const viewport of [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
])
  test(`at ${viewport.width} px the page's scripts move nothing of what was seen before them`, async ({
    browser,
  }) => {
    const context = await browser.newContext({ viewport, serviceWorkers: "block" });
    const [before, after] = [await context.newPage(), await context.newPage()];
    await openBare(before, "/");
    await after.goto("/");
    await expect(after.getByRole("textbox", { name: "Prompt", exact: true })).toBeVisible();
    for (const text of SEEN) expect(await boxOf(before, text), text).toEqual(await boxOf(after, text));
    await expect(after.getByText("A blank canvas")).toHaveCount(1);
    await context.close();
  });

test("before its scripts the page speaks its user's language, and shows no easel where another view opens", async ({
  browser,
}) => {
  const context = await browser.newContext({ locale: "zh-CN", serviceWorkers: "block" });
  const page = await context.newPage();
  await openBare(page, "/");
  await expect(page.getByText("空白画布")).toBeVisible();
  await expect(page.getByText("A blank canvas")).toBeHidden();
  await page.goto("about:blank");
  await page.goto("/#/models");
  await expect(page.getByText("空白画布")).toBeHidden();
  await context.close();
});
