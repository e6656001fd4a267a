import { readPngText } from "../src/core/metadata/png-text.ts";
import { decibels, drawnInNode } from "./drawn-in-node.ts";
import { expect, test } from "./fixtures.ts";
import { nameThing } from "./recogniser.ts";
import { Studio } from "./studio.ts";

test("on WASM: what was asked for, in English and in Chinese; the same again gives the same pixels; the PNG holds its request", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open();
  expect(await page.evaluate(() => crossOriginIsolated), "R20: the runtime has threads").toBe(true);
  const cat = await studio.draw("a cat on a blue background", { seed: 3, where: "This device" });
  expect(await nameThing(await studio.bytesOf(cat))).toEqual({ thing: "cat", ground: "blue" });
  await expect(page.getByRole("main")).toContainText("WASM");
  const dog = await studio.draw("绿色背景上的一只狗", { seed: 3 });
  expect(await nameThing(await studio.bytesOf(dog))).toEqual({ thing: "dog", ground: "green" });

  const snail = { seed: 11, steps: 5, negativePrompt: "blurry", where: "This device" } as const;
  const first = await studio.bytesOf(await studio.draw("a snail", snail));
  await test.step("the downloaded PNG holds its request as AUTOMATIC1111 writes it", async () => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download" }).first().click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const parameters = readPngText(new Uint8Array(Buffer.concat(chunks)), "parameters");
    expect(parameters?.split("\n").slice(0, 2)).toEqual(["a snail", "Negative prompt: blurry"]);
    expect(parameters).toMatch(/Steps: 5, .*CFG scale: [\d.]+, Seed: 11, Size: 128x128, .*Model: easel-mini/);
  });

  await page.reload();
  const tiles = page.getByRole("grid", { name: "Pictures" }).getByRole("img", { name: "a snail" });
  await expect(tiles).toHaveCount(1);
  const again = await studio.draw("a snail", snail);
  await expect(tiles).toHaveCount(2, { timeout: 60_000 });
  expect((await studio.bytesOf(again)).equals(first)).toBe(true);
});

test("Generate right after opening waits until the models are known, and draws the words as they were", async ({
  page,
}) => {
  let answer: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => (answer = resolve));
  await page.route(/\/manifest\.json$|\/api\/models$/, async (route) => {
    await asked;
    await route.continue();
  });
  const studio = new Studio(page);
  await studio.open();
  await studio.prompt.fill("a bell");
  await studio.prompt.press("Control+Enter");
  await expect(page.getByText("The models are still being looked up.")).toBeVisible();
  await studio.prompt.fill("a boat");
  await studio.unfoldSettings();
  await studio.field("Steps").fill("4");
  await studio.field("Guidance").fill("12");
  answer();
  await expect(studio.picture("a bell")).toBeVisible({ timeout: 300_000 });
  await expect(page.getByRole("alert")).toHaveCount(0);
  // What the model suggests came after what was typed.
  await expect(studio.field("Steps")).toHaveValue("4");
  await expect(studio.field("Guidance")).toHaveValue("12");
});

test("a picture drawn on WebGPU shows what was asked for, at 35 dB or more of what onnxruntime-node draws", async ({
  page,
}) => {
  const studio = new Studio(page);
  await studio.open("?webgpu=software");
  // A software adapter takes many seconds a step: two without guidance are enough for an apple.
  const prompt = "an apple on a green background";
  const request = { steps: 2, guidance: 1, seed: 5 };
  const picture = await studio.draw(prompt, { ...request, where: "This device" });
  const seen = await nameThing(await studio.bytesOf(picture));
  expect(seen).toEqual({ thing: "apple", ground: "green" });
  await expect(page.getByRole("main")).toContainText("WebGPU");
  const asked = { prompt, numSteps: request.steps, guidanceScale: request.guidance, seed: request.seed };
  const there = await drawnInNode("models/easel-mini", asked);
  const here = await studio.pixelsOf(picture);
  expect(here.length).toBe(there.length);
  expect(decibels(here, there)).toBeGreaterThanOrEqual(35);
});

test("progress goes up by steps, and Cancel ends it without a picture", async ({ page }) => {
  const studio = new Studio(page);
  await studio.open();
  await studio.fill("a castle", { steps: 150, seed: 1, where: "This device" });
  await studio.generate.click();
  await expect(studio.progress).toBeVisible();
  const value = async () => Number(await studio.progress.getAttribute("aria-valuenow"));
  await expect.poll(value).toBeGreaterThan(0);
  const early = await value();
  await expect.poll(value).toBeGreaterThan(early);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(studio.progress).toHaveCount(0);
  await expect(studio.picture("a castle")).toHaveCount(0);
  await studio.draw("a fish", { steps: 4, seed: 1 });
});
