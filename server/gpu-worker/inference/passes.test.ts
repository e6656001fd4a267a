import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { Progress } from "../../../src/contracts/progress.ts";
import type { RequestInput } from "../../../src/contracts/request.ts";
import { generate } from "../../../src/core/generate.ts";
import type { ModelFiles } from "../../../src/core/model-files.ts";
import { completeRequest } from "../../../src/core/request/complete-request.ts";
import { ModelSessions } from "../../../src/core/runtime/model-sessions.ts";
import { drawnByRule, PICTURE_RULE } from "../../../src/core/tasks/conformance.ts";
import { TorchGenerator } from "../../../src/core/tensor/generator.ts";
import type { RgbaImage } from "../../../src/core/tensor/image.ts";
import { floatTensor } from "../../../src/core/tensor/tensor.ts";
import { decodedPreview } from "../../../src/core/vae/preview.ts";
import { openDiskModel } from "./disk-models.ts";
import { createNodeRuntime } from "./node-runtime.ts";

const runtime = createNodeRuntime("cpu");
const sessions = new ModelSessions(runtime);
const tiny = await openDiskModel("models/tiny/sd");
const sizeRule = { multipleOf: 16, min: 64, max: 256, maxPixels: 256 * 256 };
const ruled: ModelFiles = { ...tiny, manifest: { ...tiny.manifest, sizeRule } };

async function draw(input: Partial<RequestInput>, model = ruled, options: { previews?: boolean } = {}) {
  const request = completeRequest(
    { prompt: "a cat", scheduler: "ddim", seed: 5, ...input },
    model.manifest,
    () => 0,
  );
  const events: Progress<RgbaImage>[] = [];
  const inputs = { initImage: drawnByRule(PICTURE_RULE) };
  const { image } = await generate(request, model, runtime, {
    signal: new AbortController().signal,
    sessions,
    inputs,
    onProgress: (event) => events.push(event),
    ...options,
  });
  return { image, steps: events.filter((event) => event.type === "step") };
}

const distance = (a: RgbaImage, b: RgbaImage): number =>
  a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0) / a.data.length;

describe("steps are counted over all passes", () => {
  test("a second pass goes on where the first one ended, and the time left falls to nothing", async () => {
    const { steps, image } = await draw({
      numSteps: 3,
      secondPass: { scale: 1.5, numSteps: 4, strength: 0.5 },
    });
    expect([image.width, image.height]).toEqual([96, 96]);
    expect(steps.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(steps.map((event) => event.steps))).toEqual(new Set([5]));
    expect(steps.at(-1)!.etaSeconds).toBe(0);
  });

  test.each(["ddim", "pndm", "heun"] as const)(
    "%s begun in the middle tells the steps that it takes",
    async (scheduler) => {
      const { steps } = await draw({ numSteps: 4, initImage: "a picture", strength: 0.5, scheduler });
      expect(steps.map(({ step }) => step)).toEqual([0, 1, 2]);
    },
  );
});

describe("a variation seed turns the noise towards its own", () => {
  test("not at all, halfway, and all the way", async () => {
    const plain = await draw({ numSteps: 2, seed: 5 });
    const other = await draw({ numSteps: 2, seed: 6 });
    const varied = (variationStrength: number) =>
      draw({ numSteps: 2, seed: 5, variationSeed: 6, variationStrength });
    expect((await varied(0)).image.data).toEqual(plain.image.data);
    expect((await varied(1)).image.data).toEqual(other.image.data);
    const half = (await varied(0.5)).image;
    expect(distance(half, plain.image)).toBeGreaterThan(1);
    expect(distance(half, other.image)).toBeGreaterThan(1);
  });
});

test("a model without an encoder enlarges latents for its second pass", async () => {
  const files = tiny.manifest.files.filter(({ path }) => !path.startsWith("vae_encoder/"));
  const bare: ModelFiles = { ...ruled, manifest: { ...ruled.manifest, files } };
  const secondPass = { scale: 1.5, numSteps: 2, strength: 0.5 };
  const { image } = await draw({ numSteps: 2, secondPass }, bare);
  expect([image.width, image.height]).toEqual([96, 96]);
  expect(distance(image, (await draw({ numSteps: 2, secondPass })).image)).toBeGreaterThan(1);
});

test("an inpainting model without a mask draws everything anew", async () => {
  const model = await openDiskModel("models/tiny/sd-inpaint");
  const { image } = await draw({ numSteps: 2 }, model);
  expect([image.width, image.height]).toEqual([64, 64]);
});

describe("a tiny decoder's previews", () => {
  const graph = async (): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(await readFile("models/tiny/preview-decoder/model.onnx"));

  test("are what torch decodes, in either range", async () => {
    const { cases } = JSON.parse(await readFile("models/lab/vectors/preview-decoder.json", "utf8")) as {
      cases: { seed: number; rows: number[]; pixels: number[] }[];
    };
    const { seed, rows, pixels } = cases[0]!;
    const latents = floatTensor([1, 4, 8, 8], new TorchGenerator(seed).randn(256));
    const session = await runtime.createSession(await graph());
    const image = await decodedPreview(latents, session, { output: "minus_one_to_one" });
    const rgb = rows.flatMap((row) =>
      [...image.data.subarray(row * 256, (row + 1) * 256)].filter((_, i) => i % 4 !== 3),
    );
    // A value on the edge of two integers may fall to the other side.
    expect(Math.max(...rgb.map((value, i) => Math.abs(value - pixels[i]!)))).toBeLessThanOrEqual(1);
    const brighter = await decodedPreview(latents, session, { output: "zero_to_one" });
    // x in [-1, 1] is drawn at (x + 1) / 2; taken for [0, 1] at x, clamped.
    image.data.forEach((value, i) => {
      if (i % 4 === 3) return;
      expect(Math.abs(brighter.data[i]! - Math.max(0, 2 * value - 255))).toBeLessThanOrEqual(2);
    });
    await session.release();
  });

  test("come with the steps where the manifest names one, of the picture's size", async () => {
    const bytes = await graph();
    const path = "preview_decoder/model.onnx";
    const files = [...tiny.manifest.files, { path, size: bytes.byteLength, sha256: "0".repeat(64) }];
    const model: ModelFiles = {
      manifest: { ...tiny.manifest, files, previewDecoder: { output: "minus_one_to_one" } },
      read: (asked) => (asked === path ? Promise.resolve(bytes) : tiny.read(asked)),
    };
    const { steps } = await draw({ numSteps: 3 }, model, { previews: true });
    const previews = steps.flatMap(({ preview }) => (preview === undefined ? [] : [preview]));
    expect(previews[0]).toMatchObject({ width: 64, height: 64 });
    expect((await draw({ numSteps: 3 }, model)).steps.every(({ preview }) => preview === undefined)).toBe(
      true,
    );
  });
});
