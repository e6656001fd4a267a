import type { Page } from "@playwright/test";
import { fillHistory } from "./fill-history.ts";
import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

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

for (const viewport of [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
])
  test(`at ${viewport.width} px a menu whose file is still on its way opens once it is there`, async ({
    browser,
  }) => {
    const context = await browser.newContext({ viewport, locale: "zh-CN", serviceWorkers: "block" });
    const page = await context.newPage();
    let come = () => undefined as void;
    const waits = new Promise<void>((resolve) => (come = resolve));
    await page.route(/\/assets\/TransferItems-[^/]*\.js$/, async (route) => {
      await waits;
      await route.continue();
    });
    await page.goto("/");
    const button = page.getByRole("button", { name: "导出与导入" });
    await button.focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("menu")).toHaveCount(0);
    come();
    const [first, second] = [page.getByRole("menuitem").nth(0), page.getByRole("menuitem").nth(1)];
    await expect(second).toBeVisible();
    await expect(first).toBeDisabled();
    await page.keyboard.press("ArrowDown");
    await expect(second).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(button).toBeFocused();
    await context.close();
  });

test("what is written and asked for in the moment in which the page shows its button is drawn", async ({
  page,
}) => {
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      const button = document.getElementById("generate");
      const prompt = document.querySelector<HTMLTextAreaElement>("#field-prompt");
      if (button === null || prompt === null) return;
      observer.disconnect();
      prompt.value = "a red mushroom";
      prompt.dispatchEvent(new Event("input", { bubbles: true }));
      button.click();
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  await page.goto("/");
  await expect(new Studio(page).picture("a red mushroom")).toBeVisible({ timeout: 60_000 });
});

test("a part of the page that can't be fetched is missed with a word, not with a blank", async ({ page }) => {
  const missing = (name: string) =>
    page.route(new RegExp(`/assets/${name}-[^/]*\\.js$`), (route) => route.abort());
  const missed = page.getByRole("alert").getByText("This part of the page could not be loaded.");
  await missing("SelectionBar");
  await new Studio(page).open();
  await expect(page.getByTestId("empty-wall")).toBeVisible();
  await fillHistory(page, 2);
  await page.reload();
  await page.getByRole("button", { name: "Select", exact: true }).click();
  await expect(missed).toBeVisible();

  await page.getByRole("link", { name: "Models" }).click();
  await expect(page.getByRole("heading", { name: "Easel mini" })).toBeVisible();
  await missing("(?:wall|LibraryView)");
  await page.goto("about:blank");
  await page.goto("/#/models");
  await expect(missed).toBeVisible();
  await page.getByRole("link", { name: "Easel" }).click();
  await expect(page.getByRole("textbox", { name: "Prompt", exact: true })).toBeVisible();
  await expect(missed).toBeVisible();
});
