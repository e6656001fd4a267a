import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { chromiumFlags, chromiumPath } from "./chromium.ts";
import { expect, test } from "./fixtures.ts";
import { FaultHub } from "./hub/fault-hub.ts";

const SIZE = 1_073_741_824;
/** What the page and its workers may hold more than before while a gigabyte passes through. */
const MOST_GROWTH = 100e6;

/** Bytes of JavaScript, its ArrayBuffers and WebAssembly memories, of the page and its workers together. */
function memoryOf(page: Page): Promise<number> {
  return page.evaluate(async () => {
    type Measuring = Performance & { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
    return (await (performance as Measuring).measureUserAgentSpecificMemory()).bytes;
  });
}

test("a gigabyte arrives whole, and neither the page nor its workers grow with it", async ({ easel }) => {
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

    await page.getByLabel("Repository").fill("easel/large");
    await page.getByLabel("Repository").press("Enter");
    const card = page.getByRole("article", { name: "large" });
    const sent = () => hub.log.find(({ path }) => path.endsWith("model.onnx_data"))?.sent ?? 0;
    const started = performance.now();
    await expect.poll(sent, { timeout: 90_000, intervals: [50] }).toBeGreaterThan(0.4 * SIZE);
    const during = await memoryOf(page);
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
    expect(answers.map(({ start, sent: bytes }) => [start, bytes])).toEqual([[0, SIZE]]);
  } finally {
    await context.close();
    await hub.stop();
    await rm(profile, { recursive: true, force: true });
  }
});
