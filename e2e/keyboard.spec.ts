import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

test("by keyboard alone: Tab reaches the prompt, Ctrl+Enter draws, Escape closes a picture's view", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  for (let tabs = 0; tabs < 20; tabs++) {
    if (await studio.prompt.evaluate((node) => node === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await expect(studio.prompt).toBeFocused();
  await page.keyboard.type("a fish");
  await page.keyboard.press("Control+Enter");
  await expect(studio.picture("a fish")).toBeVisible({ timeout: 60_000 });

  const tile = page.getByRole("grid", { name: "Pictures" }).getByRole("button").first();
  await tile.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(tile).toBeFocused();
});

test("whatever is reached by Tab shows that it has the focus", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open();
  const seen = new Set<string>();
  for (let tabs = 0; tabs < 25; tabs++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const node = document.activeElement;
      if (node === null || node === document.body) return undefined;
      const marked = (element: Element | null): boolean => {
        if (element === null) return false;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
        return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
      };
      const name = node.getAttribute("aria-label") ?? node.id + node.textContent;
      // A radio's or a switch's ring may be drawn around what it lies in.
      return { name: name.trim(), visible: marked(node) || marked(node.parentElement) };
    });
    if (focused === undefined) continue;
    seen.add(focused.name);
    expect(focused, `after ${tabs + 1} Tabs`).toMatchObject({ visible: true });
  }
  expect(seen.size).toBeGreaterThan(10);
});
