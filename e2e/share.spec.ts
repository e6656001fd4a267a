import type { APIRequestContext } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

for (const where of ["This device", "Server"] as const) {
  test(`a picture drawn on ${where} becomes a link that can be revoked`, async ({
    page,
    request,
    browser,
  }) => {
    const studio = new Studio(page);
    await studio.open();
    const prompt = `a star on a ${where === "Server" ? "green" : "purple"} background`;
    await (await studio.draw(prompt, { seed: 5, steps: 6, where })).click();
    await page.getByRole("button", { name: "Share" }).first().click();
    const link = page.getByRole("textbox", { name: "Link" });
    await expect(link).toHaveValue(/\/s\/[\w-]{22,}$/);
    const url = await link.inputValue();

    // A stranger: another browser profile, no cookie of ours.
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(url);
    const shared = stranger.getByRole("img", { name: prompt });
    await expect(shared).toBeVisible();
    await expect.poll(() => shared.evaluate((node) => (node as HTMLImageElement).naturalWidth)).toBe(128);
    await expect(stranger.getByText(prompt).first()).toBeVisible();
    await expectOpenGraph(request, url, prompt);

    await page.getByRole("button", { name: "Revoke" }).click();
    await expect(link).toHaveCount(0);
    expect((await request.get(url)).status()).toBe(404);
    await stranger.context().close();
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
