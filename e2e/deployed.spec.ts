import { startPostgres } from "../server/tests/true-postgres.ts";
import { s3Environment, startS3 } from "../server/tests/s3.ts";
import { EaselServer } from "./easel-server.ts";
import { expect, test as base } from "./fixtures.ts";
import { nameThing } from "./recogniser.ts";
import { Studio } from "./studio.ts";

/** Easel as one deploys it: on Postgres, with its pictures on an S3 server of another origin. */
const test = base.extend<object, { easel: EaselServer }>({
  easel: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern.
    async ({}, use) => {
      const [postgres, s3] = await Promise.all([startPostgres(), startS3()]);
      const easel = await EaselServer.start({ DATABASE_URL: postgres.url, ...s3Environment(s3) });
      await use(easel);
      await easel.dispose();
      await Promise.all([postgres.close(), s3.close()]);
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

// Its service worker stands between page and store, as it does for whoever comes back.
test.use({ serviceWorkers: "allow" });

test("R21: a picture from S3 shows under COEP, here and behind its link, and its canvas is not tainted", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  const origins = new Set<string>();
  page.on("response", (response) => origins.add(new URL(response.url()).origin));
  const picture = await studio.draw("a dog on a red background", { seed: 3, where: "Server" });
  expect(await nameThing(await studio.bytesOf(picture))).toEqual({ thing: "dog", ground: "red" });
  expect(await studio.pixelsOf(picture)).toHaveLength(128 * 128 * 4);
  expect([...origins].filter((origin) => /^https?:/.test(origin))).toHaveLength(2);

  const main = page.getByRole("main");
  await main.getByRole("button", { name: "Share" }).click();
  await main.getByRole("button", { name: "Make a link" }).click();
  const link = await page.getByRole("textbox", { name: "Link" }).inputValue();
  await page.goto(link);
  const shared = page.getByRole("img", { name: "a dog on a red background" });
  await expect(shared).toBeVisible();
  expect(await studio.pixelsOf(shared)).toHaveLength(128 * 128 * 4);
});
