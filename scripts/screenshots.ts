/**
 * Takes the pictures in docs/screenshots: the main views in light and dark, at desk and on a phone, and in Chinese, with
 * pictures drawn. `npx tsx scripts/screenshots.ts [folder]`, after a build.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { chromiumFlags, chromiumPath } from "../e2e/chromium.ts";
import { EaselServer } from "../e2e/easel-server.ts";
import { Studio } from "../e2e/studio.ts";

const folder = process.argv[2] ?? "docs/screenshots";
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
const PROMPTS = [
  "a cat on a yellow background",
  "a mushroom on a blue background",
  "绿色背景上的一只狗",
  "a red apple",
  "two stars on a purple background",
  "a rocket, black background",
];

mkdirSync(folder, { recursive: true });
const server = await EaselServer.start();
const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
try {
  for (const [name, viewport] of Object.entries(SIZES)) {
    const context = await browser.newContext({
      baseURL: server.url,
      viewport,
      reducedMotion: "reduce",
      hasTouch: name === "phone",
      isMobile: name === "phone",
    });
    await shoot(await context.newPage(), name);
    await context.close();
  }
} finally {
  await browser.close();
  await server.dispose();
}

/** One visit: what is drawn once is seen in each light and language. */
async function shoot(page: Page, name: string): Promise<void> {
  const studio = new Studio(page);
  const save = async (view: string) => {
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(folder, `${name}-${view}.png`) });
  };
  const history = page.getByRole("region", { name: "History" });
  await studio.open();
  await page.getByText("Ready offline").waitFor({ state: "attached" });
  await save("light-empty");
  for (const [seed, prompt] of PROMPTS.entries())
    await studio.draw(prompt, { seed: seed + 3, where: "This device" });
  await page.evaluate(() => scrollTo(0, 0));
  await save("light-studio");
  await page.emulateMedia({ colorScheme: "dark" });
  await save("dark-studio");
  await history.evaluate((wall) => wall.scrollIntoView());
  await history.getByRole("img", { name: PROMPTS.at(-1) ?? "" }).click();
  const view = page.getByRole("dialog");
  await view.getByRole("button", { name: "Share", exact: true }).click();
  await view.getByRole("button", { name: "Make a link" }).click();
  await view.getByRole("textbox", { name: "Link", exact: true }).waitFor();
  await save("dark-picture");
  await page.emulateMedia({ colorScheme: "light" });
  await save("light-picture");
  await view.getByRole("button", { name: "Edit", exact: true }).click();
  const stage = page.getByRole("application", { name: "Picture and mask" });
  await stage.waitFor();
  await stage.click();
  await save("light-editor");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "X/Y grid" }).click();
  await page.getByRole("dialog", { name: "X/Y grid" }).waitFor();
  await save("light-grid");
  await page.keyboard.press("Escape");
  for (const link of ["Models", "This device"]) {
    await page.getByRole("link", { name: link }).click();
    await page.getByRole("main").getByRole("heading").first().waitFor();
    await page.getByTestId("verdict").first().waitFor();
    await save(link === "Models" ? "light-models" : "light-device");
  }
  await page.getByRole("link", { name: "Easel" }).click();
  await page.getByRole("combobox", { name: "Language" }).selectOption("zh");
  await history.or(page.getByRole("grid")).first().waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  await save("light-chinese");
}
