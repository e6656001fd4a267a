import type { Locator, Page } from "@playwright/test";
import { alterStoredFile, killTab, leaveRoom } from "./browser-faults.ts";
import { expect, test as base } from "./fixtures.ts";
import { FaultHub } from "./hub/fault-hub.ts";
import { Studio } from "./studio.ts";

const MEBIBYTE = 1024 * 1024;
/** A checkpoint is made after so many bytes. */
const CHUNK = 8 * MEBIBYTE;
/** Of the large file so much comes before its connection stands still. */
const HELD = 20 * MEBIBYTE;
const DATA = "unet/model.onnx_data";
const HELD_OF_IT = /^21\.2 MB of 25\.4 MB/;

const test = base.extend<{ hub: FaultHub }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern.
  hub: async ({}, use) => {
    const repositories = new Map([
      ["easel/large", "models/tiny/sd"],
      ["easel/tiny-sd", "models/tiny/sd"],
    ]);
    const hub = await FaultHub.start(repositories, { path: DATA, seed: 7, size: 24 * MEBIBYTE });
    await use(hub);
    await hub.stop();
  },
});

test.use({ serviceWorkers: "allow" });

async function add(page: Page, hub: FaultHub, repository: string): Promise<Locator> {
  await page.getByRole("link", { name: "Models" }).click();
  await page.getByText("The hub and your token").click();
  const address = page.getByLabel("Hub's address");
  await address.fill(hub.url);
  await address.press("Tab");
  await page.getByLabel("Repository").fill(repository);
  await page.getByLabel("Repository").press("Enter");
  return cardOf(page, repository);
}

function cardOf(page: Page, repository: string): Locator {
  return page.getByRole("article", { name: repository.split("/")[1] ?? "", exact: true });
}

/** Until that much of the large file is here and its connection stands still. */
async function addHalf(page: Page, hub: FaultHub): Promise<Locator> {
  hub.fail(hub.pathOf("easel/large", DATA), { kind: "hold", after: HELD });
  const card = await add(page, hub, "easel/large");
  await expect(card.getByRole("progressbar")).toHaveAttribute("aria-valuetext", HELD_OF_IT);
  return card;
}

/** Where in the large file each answer began. */
function startsOf(hub: FaultHub): number[] {
  const path = hub.pathOf("easel/large", DATA);
  return hub.log.filter((one) => one.path === path).map(({ start }) => start);
}

test("R26: a tab killed in the middle of a download: the next one goes on where it was", async ({
  context,
  hub,
}) => {
  const killed = await context.newPage();
  await killed.goto("/");
  await addHalf(killed, hub);
  await killTab(killed);
  const page = await context.newPage();
  await page.goto("/#/models");
  // It counts only after its hash was found right.
  await expect(cardOf(page, "easel/large").getByRole("button", { name: "Verify" })).toBeVisible();
  const [first, again, ...others] = startsOf(hub);
  expect(first).toBe(0);
  expect(HELD - again!, "bytes that came twice").toBeLessThanOrEqual(CHUNK);
  expect(others).toEqual([]);
});

test("R26: the quota fills in the middle of a download: it is said, nothing else is lost, and it goes on with room", async ({
  page,
  hub,
}) => {
  const studio = new Studio(page);
  await studio.open();
  await studio.draw("a bell", { seed: 1, steps: 1, where: "This device" });
  await expect(page.getByText("Ready offline")).toBeVisible();
  const card = await addHalf(page, hub);
  await leaveRoom(page, MEBIBYTE);
  hub.cut();
  await expect(card.getByRole("alert")).toContainText(
    "There is not enough room in this browser's storage for the model.",
  );
  await expect(card.getByRole("progressbar")).toHaveAttribute("aria-valuetext", /^Stopped at 2\d\.\d MB/);

  await page.reload();
  await expect(card.getByRole("alert")).toContainText("not enough room");
  await page.getByRole("link", { name: "Easel" }).click();
  await expect(studio.picture("a bell")).toBeVisible();
  await expect(studio.prompt).toHaveValue("a bell");
  await leaveRoom(page, null);
  await page.getByRole("link", { name: "Models" }).click();
  await card.getByRole("button", { name: "Try again" }).click();
  await expect(card.getByRole("button", { name: "Verify" })).toBeVisible();
  for (const start of startsOf(hub).slice(1)) expect(start).toBeGreaterThanOrEqual(HELD);
});

test("R26: Verify finds an altered file, and Get it again fetches that one alone", async ({ page, hub }) => {
  await page.goto("/");
  const card = await add(page, hub, "easel/tiny-sd");
  const verify = card.getByRole("button", { name: "Verify" });
  await expect(verify).toBeVisible();
  await alterStoredFile(page, "easel/tiny-sd", "unet/model.onnx");
  await verify.click();
  await expect(card.getByRole("status")).toContainText(/lost or were altered.*: unet\/model\.onnx\./);
  const before = hub.log.length;
  await card.getByRole("button", { name: "Get it again, 105 kB" }).click();
  await verify.click();
  await expect(card.getByRole("status")).toContainText("Every file is as it should be.");
  const fetched = hub.log.slice(before).filter(({ path }) => path.endsWith(".onnx"));
  expect(fetched.map(({ path }) => path)).toEqual([hub.pathOf("easel/tiny-sd", "unet/model.onnx")]);
});
