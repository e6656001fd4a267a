import { EaselServer } from "./easel-server.ts";
import { expect, test } from "./fixtures.ts";
import { nameThing } from "./recogniser.ts";
import { Studio } from "./studio.ts";

test.use({ serviceWorkers: "allow" });

test("once loaded it opens and draws with the server gone", async ({ browser }) => {
  const own = await EaselServer.start();
  const context = await browser.newContext({ baseURL: own.url });
  try {
    const studio = new Studio(await context.newPage());
    await studio.open();
    await expect(studio.page.getByText(/ready offline/i)).toBeVisible({ timeout: 60_000 });
    await own.halt();

    const again = new Studio(await context.newPage());
    await again.open();
    expect(await again.page.evaluate(() => crossOriginIsolated)).toBe(true);
    const picture = await again.draw("a cat on a yellow background", { seed: 3, where: "This device" });
    expect(await nameThing(await again.bytesOf(picture))).toEqual({ thing: "cat", ground: "yellow" });

    await test.step("a server that is down is said plainly, and nothing made is lost", async () => {
      await again.fill("a dog", { where: "Server" });
      await again.generate.click();
      await expect(again.page.getByRole("alert").first()).toContainText(/server/i);
      await expect(again.picture("a cat on a yellow background")).toBeVisible();
    });
  } finally {
    await context.close();
    await own.dispose();
  }
});
