import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Progress } from "../../../src/contracts/progress.ts";
import type { GenerationRequest } from "../../../src/contracts/request.ts";
import { parseParameters, readPngText } from "../../../src/core/metadata/index.ts";
import { startInference } from "./client.ts";
import type { InferenceChild, InferenceOptions } from "./client.ts";

const request: GenerationRequest = {
  prompt: "a cat",
  negativePrompt: "dog",
  promptSyntax: "a1111",
  model: "tiny-sd",
  numSteps: 4,
  guidanceScale: 7.5,
  scheduler: "ddim",
  sigmas: "default",
  seed: 42,
  width: 64,
  height: 64,
};
const never = new AbortController().signal;
const ignore = (): void => undefined;

let models: string;
let children: InferenceChild[] = [];

/** models/tiny/sd with a map for previews, which its manifest lacks; the digest is over the files alone. */
beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), "easel-models-"));
  await cp("models/tiny/sd", join(models, "tiny-sd"), { recursive: true });
  const path = join(models, "tiny-sd", "manifest.json");
  const manifest = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  const factors = Array.from({ length: 4 }, () => [0.1, 0.1, 0.1]);
  await writeFile(
    path,
    JSON.stringify({ ...manifest, preview: { latent_rgb_factors: factors, bias: [0.5, 0.5, 0.5] } }),
  );
});

afterAll(() => rm(models, { recursive: true, force: true }));

afterEach(async () => {
  await Promise.all(children.map((child) => child.close()));
  children = [];
});

function start(options: Partial<InferenceOptions> = {}): InferenceChild {
  const child = startInference({ modelsDirs: [models], provider: "cpu", warmMegabytes: 0, ...options });
  children.push(child);
  return child;
}

test("a picture comes with its request inside, its steps in order, and previews as small data URLs", async () => {
  const child = start();
  expect((await child.models()).map((manifest) => manifest.id)).toEqual(["tiny-sd"]);
  const events: Progress<string>[] = [];
  const drawn = await child.draw(request, (event) => events.push(event), never);

  const { width, height, format } = await sharp(drawn.png).metadata();
  expect({ width, height, format }).toEqual({ width: 64, height: 64, format: "png" });
  expect(parseParameters(readPngText(drawn.png, "parameters")!)).toMatchObject({
    prompt: "a cat",
    negativePrompt: "dog",
    model: "tiny-sd",
    scheduler: "ddim",
    numSteps: 4,
    seed: 42,
  });
  expect(drawn.result).toMatchObject({ provider: "cpu", seed: 42, model: "tiny-sd" });
  expect(events.filter((event) => event.type === "step").map((event) => event.step)).toEqual([0, 1, 2, 3, 4]);
  expect(events.at(-1)).toEqual({ type: "decoding" });
  const previews = events.flatMap((event) =>
    event.type === "step" && event.preview !== undefined ? [event.preview] : [],
  );
  expect(previews.length).toBeGreaterThan(0);
  const preview = await sharp(Buffer.from(previews[0]!.split(",")[1]!, "base64")).metadata();
  expect({ width: preview.width, format: preview.format }).toEqual({ width: 8, format: "webp" });
});

test("the same request draws the same bytes again", async () => {
  const child = start();
  const first = await child.draw(request, ignore, never);
  const second = await child.draw(request, ignore, never);
  expect(Buffer.from(second.png).equals(Buffer.from(first.png))).toBe(true);
});

test("R07 a cancelled picture stops between two steps, and the same child draws the next", async () => {
  const child = start();
  const abort = new AbortController();
  const events: Progress<string>[] = [];
  const drawing = child.draw(
    { ...request, numSteps: 150 },
    (event) => {
      events.push(event);
      if (event.type === "step" && event.step === 2) abort.abort();
    },
    abort.signal,
  );
  const { pid } = child;
  await expect(drawing).rejects.toMatchObject({ code: "interrupted" });
  const steps = events.length;
  await expect(child.draw(request, ignore, never)).resolves.toMatchObject({ width: 64 });
  expect(child.pid).toBe(pid);
  expect(events).toHaveLength(steps);
});

test("a child killed in the middle of a picture is worker_lost, and the next picture is drawn by a new one", async () => {
  const child = start();
  const killed = child.draw(
    { ...request, numSteps: 150 },
    (event) => {
      if (event.type === "step" && event.step === 1) process.kill(child.pid!, "SIGKILL");
    },
    never,
  );
  await expect(killed).rejects.toMatchObject({
    code: "worker_lost",
    message: expect.stringContaining("SIGKILL") as unknown,
  });
  await expect(child.draw(request, ignore, never)).resolves.toMatchObject({ width: 64 });
});

/** A child that falls into an endless loop when it is told to draw: nothing reaches it any more. */
async function stuckProgram(): Promise<string> {
  const path = join(models, "stuck.mjs");
  const started = `process.send({ type: "progress", call: message.call, event: { type: "decoding" } })`;
  await writeFile(
    path,
    `process.on("message", (message) => { ${started}; setImmediate(() => { for (;;); }); });\n`,
  );
  return path;
}

test("R07 a child stuck inside the runtime is killed when its picture is cancelled", async () => {
  const child = start({ program: await stuckProgram(), cancelMilliseconds: 100 });
  const abort = new AbortController();
  const drawing = child.draw(request, () => abort.abort(), abort.signal);
  const { pid } = child;
  await expect(drawing).rejects.toMatchObject({ code: "interrupted" });
  await child.close();
  expect(() => process.kill(pid!, 0)).toThrow("ESRCH");
});

test("a child that is silent for too long is killed and the picture timed_out", async () => {
  const child = start({ program: await stuckProgram(), stuckMilliseconds: 300 });
  await expect(child.draw(request, ignore, never)).rejects.toMatchObject({ code: "timed_out" });
  expect(child.pid).toBeUndefined();
});

test("R26 an altered or missing weight file is refused by name, and the next try works once it is right again", async () => {
  const child = start();
  const path = join(models, "tiny-sd", "unet", "model.onnx");
  const right = await readFile(path);
  const altered = Buffer.from(right);
  altered[1000]! ^= 1;
  try {
    await writeFile(path, altered);
    await expect(child.draw(request, ignore, never)).rejects.toMatchObject({
      code: "model_corrupt",
      message: expect.stringContaining("unet/model.onnx should be SHA-256") as unknown,
    });
    await writeFile(path, right.subarray(0, 500));
    await expect(child.draw(request, ignore, never)).rejects.toMatchObject({
      code: "model_corrupt",
      message: expect.stringContaining(`${right.length} bytes, but is 500 bytes`) as unknown,
    });
    await rm(path);
    await expect(child.draw(request, ignore, never)).rejects.toMatchObject({ code: "model_not_installed" });
  } finally {
    await writeFile(path, right);
  }
  await expect(child.draw(request, ignore, never)).resolves.toMatchObject({ width: 64 });
});

test("an unknown model, a size it can't draw and a second picture at once are refused", async () => {
  const child = start();
  await expect(child.draw({ ...request, model: "nothing" }, ignore, never)).rejects.toMatchObject({
    code: "unknown_model",
    message: expect.stringContaining("tiny-sd") as unknown,
  });
  await expect(child.draw({ ...request, width: 512 }, ignore, never)).rejects.toMatchObject({
    code: "unsupported_size",
  });
  const first = child.draw(request, ignore, never);
  await expect(child.draw(request, ignore, never)).rejects.toMatchObject({ code: "conflict" });
  await first;
});

test("the child runs from a bundle as it does from the sources", async () => {
  const outfile = "node_modules/.cache/easel-inference/child.js";
  await build({
    entryPoints: ["server/gpu-worker/inference/child.ts"],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
  });
  const child = start({ program: outfile });
  await expect(child.draw(request, ignore, never)).resolves.toMatchObject({ width: 64 });
});
