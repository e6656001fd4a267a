import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { chromiumFlags, chromiumPath } from "./chromium.ts";
import { expect, test } from "./fixtures.ts";
import { FaultHub } from "./hub/fault-hub.ts";

const SIZE = 1_073_741_824;
const HALF = SIZE / 2;
const HALF_OF_IT = /^537 MB of 1.07 GB/;
/** What the page and its workers may hold more than before while a gigabyte passes through. */
const MOST_GROWTH = 100e6;

/** Bytes of JavaScript, its ArrayBuffers and WebAssembly memories, of the page and its workers together. */
function memoryOf(page: Page): Promise<number> {
  return page.evaluate(async () => {
    type Measuring = Performance & { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
    return (await (performance as Measuring).measureUserAgentSpecificMemory()).bytes;
  });
}

test("a gigabyte arrives whole, over a connection that is cut, and neither the page nor its workers grow with it", async ({
  easel,
}) => {
  const hub = await FaultHub.start(new Map([["easel/large", "models/tiny/sd"]]), {
    path: "unet/model.onnx_data",
    seed: 7,
    size: SIZE,
  });
  // A profile on the disk: in a private one the browser keeps files in memory.
  const profile = await mkdtemp(join(tmpdir(), "easel-profile-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    args: [...chromiumFlags, "--enable-blink-features=ForceEagerMeasureMemory"],
    baseURL: easel.url,
  });
  try {
    const page = await context.newPage();
    await page.goto("/#/models");
    await page.getByText("The hub and your token").click();
    await page.getByLabel("Hub's address").fill(hub.url);
    await page.getByLabel("Hub's address").press("Tab");
    await expect(page.getByRole("article", { name: "Easel mini" }).getByText("Last used")).toBeVisible();
    const before = await memoryOf(page);

    hub.fail(hub.pathOf("easel/large", "unet/model.onnx_data"), { kind: "hold", after: HALF });
    await page.getByLabel("Repository").fill("easel/large");
    await page.getByLabel("Repository").press("Enter");
    const card = page.getByRole("article", { name: "large" });
    const progress = card.getByRole("progressbar", { name: "Fetching large" });
    const started = performance.now();
    // All of the first half is here before it is looked at, and before its connection is cut.
    await expect(progress).toHaveAttribute("aria-valuetext", HALF_OF_IT, { timeout: 90_000 });
    const during = await memoryOf(page);
    hub.cut();
    // It counts only after its hash was found right.
    await expect(card.getByRole("button", { name: "Verify" })).toBeVisible({ timeout: 120_000 });
    const seconds = (performance.now() - started) / 1000;
    const after = await memoryOf(page);
    console.log(
      `1 GiB in ${seconds.toFixed(1)} s; memory ${[before, during, after].map((bytes) => Math.round(bytes / 1e6)).join(", ")} MB`,
    );
    expect(during - before).toBeLessThan(MOST_GROWTH);
    expect(after - before).toBeLessThan(MOST_GROWTH);
    const answers = hub.log.filter(({ path }) => path.endsWith("model.onnx_data"));
    expect(answers.map(({ start, sent }) => [start, sent])).toEqual([
      [0, HALF],
      [HALF, SIZE - HALF],
    ]);
  } finally {
    await context.close();
    await hub.stop();
    await rm(profile, { recursive: true, force: true });
  }
});
