import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

test.use({ serviceWorkers: "allow" });

test("the browser finds nothing that keeps the app from being installed", async ({ page, context }) => {
  await new Studio(page).open();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const devtools = await context.newCDPSession(page);
  const { url, errors } = await devtools.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  // The test's own window is a private one; nothing else may stand in the way.
  expect(installabilityErrors).toEqual([{ errorId: "in-incognito", errorArguments: [] }]);

  const manifest = (await (await page.request.get(url)).json()) as {
    name: string;
    display: string;
    icons: { src: string; sizes: string; purpose?: string }[];
  };
  expect(manifest).toMatchObject({ name: "Easel", display: "standalone" });
  for (const { src, sizes } of manifest.icons) {
    const size = await page.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, new URL(src, url).href);
    if (sizes !== "any") expect(size).toBe(sizes);
  }
  expect(manifest.icons.map(({ purpose }) => purpose)).toContain("maskable");
});

test.describe("in Chinese", () => {
  test.use({ locale: "zh-CN" });

  test("the system is told of the app in the page's language, and again after another one is chosen", async ({
    page,
    context,
  }) => {
    await page.goto("/");
    const devtools = await context.newCDPSession(page);
    const told = async () => {
      const { data = "{}", errors } = await devtools.send("Page.getAppManifest");
      expect(errors).toEqual([]);
      const { lang, shortcuts, share_target, file_handlers } = JSON.parse(data) as {
        lang: string;
        shortcuts: { name: string }[];
        share_target: { action: string };
        file_handlers: unknown[];
      };
      expect([share_target.action, file_handlers.length]).toEqual(["/share-target", 1]);
      return [lang, ...shortcuts.map(({ name }) => name)].join(", ");
    };
    await expect.poll(told).toBe("zh, 画一张图, 模型");
    await page.getByLabel("语言").selectOption("English");
    await expect.poll(told).toBe("en, Draw a picture, Models");
  });
});
