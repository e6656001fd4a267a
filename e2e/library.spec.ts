import type { Locator, Page } from "@playwright/test";
import sharp from "sharp";
import { drawnInNode } from "./drawn-in-node.ts";
import { expect, test as base } from "./fixtures.ts";
import { FaultHub } from "./hub/fault-hub.ts";
import { Studio } from "./studio.ts";

/** The tiny model, under the name of a model of the catalogue and under one of its own. */
const REPOSITORIES = new Map([
  ["schmuell/sd-turbo-ort-web", "models/tiny/sd"],
  ["easel/tiny-sd", "models/tiny/sd"],
]);

const test = base.extend<{ hub: FaultHub }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern.
  hub: async ({}, use) => {
    const hub = await FaultHub.start(REPOSITORIES);
    await use(hub);
    await hub.stop();
  },
});

async function chooseHub(page: Page, hub: FaultHub): Promise<void> {
  await page.getByRole("link", { name: "Models" }).click();
  await page.getByText("The hub and your token").click();
  const address = page.getByLabel("Hub's address");
  await address.fill(hub.url);
  await address.press("Tab");
}

/** What a download says is not here yet; both of its numbers are rounded. */
async function missingKilobytes(progress: Locator): Promise<number> {
  const words = (await progress.getAttribute("aria-valuetext")) ?? "";
  const [, here, all] = /(\d+) kB of (\d+) kB/.exec(words) ?? [];
  return Number(all) - Number(here);
}

async function pixelsOfPng(bytes: Buffer): Promise<Uint8Array> {
  return new Uint8Array(await sharp(bytes).ensureAlpha().raw().toBuffer());
}

function expectSamePixels(here: Uint8Array, there: Uint8Array): void {
  expect(here.length).toBe(there.length);
  let worst = 0;
  for (let i = 0; i < here.length; i++) worst = Math.max(worst, Math.abs((here[i] ?? 0) - (there[i] ?? 0)));
  // WASM's kernels sum in another order than the CPU's: a value on the edge of two integers goes the other way.
  expect(worst).toBeLessThanOrEqual(1);
}

test("from the studio: choose a model, see the verdict, accept its terms, get it with a pause, draw with it", async ({
  page,
  hub,
}) => {
  const studio = new Studio(page);
  await studio.open();
  await chooseHub(page, hub);
  // The download stops halfway until it has been paused.
  const unet = hub.pathOf("schmuell/sd-turbo-ort-web", "unet/model.onnx");
  hub.fail(unet, { kind: "hold", after: 60_000 });

  await page.getByRole("link", { name: "Easel" }).click();
  await studio.field("Model").selectOption({ label: "SD-Turbo (to get)" });
  const offer = page.getByRole("region", { name: "Getting SD-Turbo" });
  await expect(offer.getByTestId("verdict")).toContainText(/software one\..*about \d+/);

  await studio.fill("a cat");
  await studio.generate.click();
  await expect(page.getByRole("alert").first()).toContainText(/SD-Turbo is not in this browser yet/);

  await offer.getByRole("button", { name: "Get it, 2.51 GB" }).click();
  const terms = page.getByRole("dialog", { name: "The terms of SD-Turbo" });
  await expect(terms).toContainText(/1,000,000 US dollars/);
  await expect(terms.getByRole("link")).toHaveAttribute("href", /stability\.ai/);
  await terms.getByRole("button", { name: "Not now" }).click();
  expect(hub.log.filter(({ path }) => path.includes("/resolve/"))).toEqual([]);

  await offer.getByRole("button", { name: "Get it" }).click();
  await terms.getByRole("button", { name: "Accept and get it" }).click();
  const progress = offer.getByRole("progressbar", { name: "Fetching SD-Turbo" });
  // All is here but the rest of that file, 44,923 bytes.
  await expect.poll(() => missingKilobytes(progress)).toBeLessThanOrEqual(46);
  await offer.getByRole("button", { name: "Pause" }).click();
  await expect(offer).toContainText(/Paused at \d+ kB of \d+ kB/);

  // Another visit knows of it, and goes on with what is here.
  await page.reload();
  await expect(offer).toContainText(/Paused at/);
  await offer.getByRole("button", { name: "Resume" }).click();
  await expect(offer).toHaveCount(0);
  expect(hub.log.filter(({ path }) => path === unet).map(({ start }) => start)).toEqual([0, 60_000]);

  await studio.field("Size").selectOption("512x512");
  const picture = await studio.draw("a cat", { seed: 42, steps: 2, where: "This device" });
  await expect(page.getByRole("main")).toContainText("WASM");
  const request = { prompt: "a cat", seed: 42, numSteps: 2, guidanceScale: 1, scheduler: "euler" } as const;
  const there = await drawnInNode("models/tiny/sd", { ...request, width: 512, height: 512 }, [512, 512]);
  expectSamePixels(await pixelsOfPng(await studio.bytesOf(picture)), there);
});

test("any repository of a hub: checked, fetched, verified, deleted; what is wrong is named", async ({
  page,
  hub,
}) => {
  const studio = new Studio(page);
  await studio.open();
  await chooseHub(page, hub);
  const others = page.getByRole("region", { name: "Any other model" });
  const add = async (id: string) => {
    await others.getByLabel("Repository").fill(id);
    await others.getByRole("button", { name: "Get it" }).click();
  };
  await add("tiny");
  await expect(others.getByRole("alert")).toContainText(/"tiny" is no repository's id/);
  await add("easel/none");
  await expect(others.getByRole("alert")).toContainText(/has no repository easel\/none/);

  await add("easel/tiny-sd");
  const card = page.getByRole("article", { name: "tiny-sd" });
  await card.getByRole("button", { name: "Verify" }).click();
  await expect(card.getByRole("status")).toContainText("Every file is as it should be.");
  await card.getByRole("button", { name: "Update" }).click();
  await expect(card.getByRole("status")).toContainText("It is the newest revision.");
  await expect(card).toContainText("not yet");

  await card.getByRole("button", { name: "Use it" }).click();
  await studio.draw("a dog", { seed: 1, steps: 1, where: "This device" });
  await page.getByRole("link", { name: "Models" }).click();
  await expect(card).toContainText(/Last used\s*now/);

  await others.getByLabel("Folder from this device").setInputFiles("src/share");
  await expect(others.getByRole("alert")).toContainText(/share can't be used: model_index.json is missing/);
  await others.getByLabel("Folder from this device").setInputFiles("models/tiny/sd");
  const fromDisk = page.getByRole("article", { name: "sd", exact: true });
  await expect(fromDisk.getByRole("button", { name: "Verify" })).toBeVisible();

  await card.getByRole("button", { name: "Delete" }).click();
  await card.getByRole("button", { name: /^Delete \d+ kB$/ }).click();
  await expect(card).toHaveCount(0);
});

test("this device's page tells the probe's table, and what it can draw with", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/#/device");
  await page.getByRole("button", { name: "Copy" }).click();
  await expect(page.getByText("Copied.")).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^GPU: .*swiftshader/m);
  expect(copied).toMatch(/^maxBufferSize: [\d,]+$/m);
  expect(copied).toMatch(/^Processor speed: [\d,]+ million multiply-adds a second/m);
  await expect(page.getByRole("main")).toContainText("Easel mini");
  await expect(page.getByTestId("verdict").first()).toContainText("Draws well here");
});
