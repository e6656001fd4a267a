import type { APIRequestContext } from "@playwright/test";
import { EaselServer } from "./easel-server.ts";
import { expect, test } from "./fixtures.ts";
import { RecordingProxy } from "./recording-proxy.ts";
import { Studio } from "./studio.ts";

for (const where of ["This device", "Server"] as const) {
  test(`a picture drawn on ${where} becomes a private link, of which neither key nor prompt is sent, and one for anyone; both can be revoked`, async ({
    page,
    request,
    browser,
    easel,
    cspViolations,
  }) => {
    const prompt = `a fish on a ${where === "Server" ? "yellow" : "blue"} background`;
    const wire = await RecordingProxy.start(easel.url);
    const studio = new Studio(page);
    await page.goto(wire.url);
    const picture = await studio.draw(prompt, { seed: 7, steps: 2, where });
    const pixels = await studio.pixelsOf(picture);
    // Asking the server to draw tells it the prompt; sharing must not.
    if (where === "Server") wire.forget();

    await picture.click();
    await page.getByRole("button", { name: "Share" }).first().click();
    await page.getByRole("radio", { name: "Private" }).check();
    await page.getByRole("button", { name: "Make a link" }).click();
    const link = page.getByRole("textbox", { name: "Link" });
    await expect(link).toHaveValue(/\/s\/[\w-]{22,}#[\w-]{43}$/);
    const [address = "", key = ""] = (await link.inputValue()).split("#");
    const { pathname } = new URL(address);
    expect(address).toBe(`${wire.url}${pathname}`);

    const stranger = await (await browser.newContext()).newPage();
    const violations: string[] = [];
    stranger.on("console", (line) => {
      if (/Content Security Policy/i.test(line.text())) violations.push(line.text());
    });
    const other = new Studio(stranger);
    await stranger.goto(`${address}#${key}`);
    const shown = stranger.getByRole("img", { name: prompt });
    await expect(shown).toBeVisible();
    expect(await other.pixelsOf(shown)).toEqual(pixels);
    await expect(stranger.getByText(prompt)).toBeVisible();
    expect(await stranger.evaluate(() => crossOriginIsolated)).toBe(true);
    for (const [end, words] of [
      ["", "The link is incomplete"],
      [`#${"A".repeat(43)}`, "The link does not open this picture"],
      [`#${key.slice(0, -3)}`, "The link does not open this picture"],
    ] as const) {
      // The same page with another end would only tell its script.
      await stranger.goto("about:blank");
      await stranger.goto(`${address}${end}`);
      await expect(stranger.getByRole("alert")).toContainText(words);
      await expect(stranger.getByRole("img")).toHaveCount(0);
    }

    const { sent } = wire;
    expect(sent.includes(`POST /api/shares`)).toBe(true);
    expect(sent.includes(`GET ${pathname}/image.bin`)).toBe(true);
    expect(sent.includes(key)).toBe(false);
    expect(sent.includes(Buffer.from(key, "base64url"))).toBe(false);
    expect(sent.includes(prompt)).toBe(false);
    expect(sent.includes("\x89PNG", undefined, "latin1")).toBe(false);
    expect([...violations, ...cspViolations]).toEqual([]);

    await page.getByRole("button", { name: "Revoke" }).click();
    await expect(link).toHaveCount(0);
    await stranger.goto("about:blank");
    await stranger.goto(`${address}#${key}`);
    await expect(stranger.getByText("This picture is not shared any more").first()).toBeVisible();

    await test.step("a link for anyone shows picture and prompt until it is revoked", async () => {
      await page.getByRole("radio", { name: "Anyone with the link" }).check();
      await page.getByRole("button", { name: "Make a link" }).click();
      await expect(link).toHaveValue(/\/s\/[\w-]{22,}$/);
      const url = await link.inputValue();
      await stranger.goto(url);
      await expect(shown).toBeVisible();
      await expect.poll(() => shown.evaluate((node) => (node as HTMLImageElement).naturalWidth)).toBe(128);
      await expect(stranger.getByText(prompt).first()).toBeVisible();
      await expectOpenGraph(request, url, prompt);
      await page.getByRole("button", { name: "Revoke" }).click();
      await expect(link).toHaveCount(0);
      expect((await request.get(url)).status()).toBe(404);
    });
    await stranger.context().close();
    await wire.close();
  });
}

async function expectOpenGraph(request: APIRequestContext, url: string, prompt: string): Promise<void> {
  const html = await (await request.get(url)).text();
  expect(html).toMatch(new RegExp(`<meta property="og:title" content="[^"]*${prompt}`));
  const image = /<meta property="og:image" content="(http[^"]+)"/.exec(html)?.[1];
  expect(image).toBeDefined();
  const picture = await request.get(image ?? "");
  expect(picture.headers()["content-type"]).toBe("image/png");
}

test("where the server makes no private links, none is offered, and it is said why", async ({ page }) => {
  const easel = await EaselServer.start({ PRIVATE_LINKS: "false" });
  try {
    const studio = new Studio(page);
    await page.goto(easel.url);
    await studio.draw("a red fish", { steps: 1, where: "This device" });
    await page.getByRole("button", { name: "Share" }).first().click();
    const panel = page.getByRole("region", { name: "Share" });
    await expect(panel).toContainText("This server makes no private links");
    await expect(panel.getByRole("radio")).toHaveCount(0);
    await panel.getByRole("button", { name: "Make a link" }).click();
    await expect(panel.getByRole("textbox", { name: "Link" })).toHaveValue(/\/s\/[\w-]{22,}$/);
  } finally {
    await easel.dispose();
  }
});
