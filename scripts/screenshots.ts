/**
 * Takes the pictures in docs/screenshots: the studio in light and dark, at desk and on a phone, with a picture drawn.
 * `npx tsx scripts/screenshots.ts [folder]`, after a build.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { chromiumFlags, chromiumPath } from "../e2e/chromium.ts";
import { EaselServer } from "../e2e/easel-server.ts";
import { Studio } from "../e2e/studio.ts";

const folder = process.argv[2] ?? "docs/screenshots";
const VIEWS = [
  { name: "desktop-light", width: 1440, height: 900, colorScheme: "light" },
  { name: "desktop-dark", width: 1440, height: 900, colorScheme: "dark" },
  { name: "phone-light", width: 390, height: 844, colorScheme: "light" },
  { name: "phone-dark", width: 390, height: 844, colorScheme: "dark" },
] as const;
const PROMPTS = ["a cat on a yellow background", "a mushroom on a blue background", "绿色背景上的一只狗"];

mkdirSync(folder, { recursive: true });
const server = await EaselServer.start();
const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
try {
  for (const { name, width, height, colorScheme } of VIEWS) {
    const context = await browser.newContext({
      baseURL: server.url,
      viewport: { width, height },
      colorScheme,
    });
    await shoot(await context.newPage(), name);
    await context.close();
  }
} finally {
  await browser.close();
  await server.dispose();
}

/** The empty studio, the easel with a picture, a picture's view with its link, and what the link shows. */
async function shoot(page: Page, name: string): Promise<void> {
  const studio = new Studio(page);
  const save = (view: string) => page.screenshot({ path: join(folder, `${name}-${view}.png`) });
  await studio.open();
  await save("empty");
  for (const [seed, prompt] of PROMPTS.entries())
    await studio.draw(prompt, { seed: seed + 3, where: "This device" });
  await save("studio");
  await page
    .getByRole("region", { name: "History" })
    .getByRole("img", { name: PROMPTS[0] ?? "" })
    .click();
  const view = page.getByRole("dialog");
  await view.getByRole("button", { name: "Share" }).click();
  await view.getByRole("textbox", { name: "Link" }).waitFor();
  await save("picture");
  const link = await view.getByRole("textbox", { name: "Link" }).inputValue();
  await page.goto(link);
  await save("shared");
}
