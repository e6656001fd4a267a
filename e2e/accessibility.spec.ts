import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { everyView } from "./every-view.ts";
import { fillHistory } from "./fill-history.ts";
import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

/** WCAG 2.2 AA and all that it takes in. The last one knows targets of less than 24 px. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const PICTURES = 8;

// Nothing is met in the middle of a fade.
test.use({ contextOptions: { reducedMotion: "reduce" } });

/** @returns what is wrong, a line each: rule, element, why */
async function violations(page: Page, colourScheme: "light" | "dark", rules?: string[]): Promise<string[]> {
  await page.emulateMedia({ colorScheme: colourScheme });
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const { violations: found } = await (rules ? axe.withRules(rules) : axe.withTags(TAGS)).analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${colourScheme} ${id} ${target.join(" ")}: ${failureSummary}`),
  );
}

/** Once in light by every rule, then in dark, where only the colours are others. */
async function expectAccessible(page: Page, view: string): Promise<void> {
  const found = [
    ...(await violations(page, "light")),
    ...(await violations(page, "dark", ["color-contrast"])),
  ];
  expect.soft(found, view).toEqual([]);
}

async function openWithPictures(page: Page): Promise<void> {
  await new Studio(page).open();
  await expect(page.getByText(/Your pictures will hang here/)).toBeVisible();
  await fillHistory(page, PICTURES);
  await page.reload();
  await expect(page.getByRole("grid", { name: "Pictures" })).toBeVisible();
}

test("axe finds nothing against WCAG 2.2 AA on any page or dialog, in light and in dark", async ({
  page,
}) => {
  await new Studio(page).open();
  await expect(page.getByText(/Your pictures will hang here/)).toBeVisible();
  await expectAccessible(page, "the empty studio");
  await openWithPictures(page);
  let link = "";
  for (const view of everyView(PICTURES - 1)) {
    await view.open(page);
    await expectAccessible(page, view.name);
    const field = page.getByRole("textbox", { name: "Link", exact: true });
    if (await field.isVisible()) link = await field.inputValue();
    await view.leave(page);
  }
  await page.goto(link);
  await expectAccessible(page, "a shared picture");
});

test("axe finds nothing on the administration's page", async ({ page, easel }) => {
  await page.goto("/#/admin");
  await page.getByLabel("Admin token").fill("not the token at all");
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("alert").waitFor();
  await expectAccessible(page, "before its token");
  const token = await readFile(join(easel.dataDir, "secrets", "admin-token"), "utf8");
  await page.getByLabel("Admin token").fill(token.trim());
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByText("Live.").waitFor();
  await expectAccessible(page, "with its token");
});

test.describe("on the narrowest screen", () => {
  test.use({ viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });

  test("no view scrolls sideways at 320 px, nor at 200 % zoom, and every target is of 24 px or more", async ({
    page,
  }) => {
    await openWithPictures(page);
    for (const view of everyView(PICTURES - 1)) {
      await view.open(page);
      expect.soft(await violations(page, "light", ["target-size"]), view.name).toEqual([]);
      expect.soft(await sideways(page), `${view.name}, at 320 px`).toEqual([]);
      // Twice as large on a desk of 1280 x 720.
      await page.setViewportSize({ width: 640, height: 360 });
      expect.soft(await sideways(page), `${view.name}, at 200 %`).toEqual([]);
      await page.setViewportSize({ width: 320, height: 640 });
      await view.leave(page);
    }
  });
});

/** What is wider than the page, or than the dialog over it, has room for. */
function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const frames = [
      document.documentElement,
      ...document.querySelectorAll<HTMLElement>('dialog, [role="dialog"]'),
    ];
    return frames
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map((frame) => {
        const edge = frame.getBoundingClientRect().right;
        const wide = [...frame.querySelectorAll("*")].find(
          (node) => node.getBoundingClientRect().right > edge + 1,
        );
        return `${frame.tagName} has ${frame.scrollWidth} px for ${frame.clientWidth}: ${wide?.outerHTML.slice(0, 160)}`;
      });
  });
}
