import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { toCamel } from "../../contracts/casing.ts";
import { manifestSchema } from "../../contracts/model.ts";
import type { RequestInput } from "../../contracts/request.ts";
import { expandBatch } from "./batch.ts";
import { completeRequest } from "./complete-request.ts";
import { secondPassSize } from "./passes.ts";

const manifest = toCamel(
  manifestSchema.parse(JSON.parse(readFileSync("models/tiny/sd/manifest.json", "utf8"))),
);
const complete = (input: Partial<RequestInput>): unknown =>
  completeRequest({ prompt: "a cat", ...input }, manifest, () => 123);

test("what is left open takes the model's defaults, and the seed is drawn", () => {
  expect(complete({})).toEqual({
    prompt: "a cat",
    negativePrompt: "",
    promptSyntax: "a1111",
    model: "tiny-sd",
    modelRevision: manifest.revision,
    numSteps: 4,
    guidanceScale: 7.5,
    scheduler: "pndm",
    sigmas: "default",
    seed: 123,
    width: 64,
    height: 64,
  });
});

test("what is given stays, zero included, and no seed is drawn", () => {
  const request = completeRequest(
    { prompt: "a cat", guidanceScale: 0, seed: 0, scheduler: "euler" },
    manifest,
    () => {
      throw new Error("No seed should be drawn.");
    },
  );
  expect(request).toMatchObject({ guidanceScale: 0, seed: 0, scheduler: "euler" });
});

describe("what can't be drawn is refused with its field's wire path", () => {
  test.each<[Partial<RequestInput>, string, string]>([
    [{ prompt: "  \n" }, "invalid_request", "prompt"],
    [{ prompt: "x".repeat(10_001) }, "invalid_request", "prompt"],
    [{ numSteps: 0 }, "invalid_request", "num_steps"],
    [{ numSteps: 10_000 }, "invalid_request", "num_steps"],
    [{ numSteps: 1.5 }, "invalid_request", "num_steps"],
    [{ guidanceScale: 31 }, "invalid_request", "guidance_scale"],
    [{ seed: 4294967296 }, "invalid_request", "seed"],
    [{ scheduler: "nonsense" as "euler" }, "invalid_request", "scheduler"],
    [{ scheduler: "flow_match_euler" }, "invalid_request", "scheduler"],
    [{ scheduler: "ddim", sigmas: "karras" }, "invalid_request", "sigmas"],
    [{ width: 512, height: 512 }, "unsupported_size", "width"],
    [{ height: 128 }, "unsupported_size", "height"],
    [{ model: "other" }, "unknown_model", "model"],
    [{ modelRevision: "older" }, "model_not_installed", "model_revision"],
    [{ strength: 0.5 }, "invalid_request", "strength"],
    [{ maskImage: "upload" }, "invalid_request", "mask_image"],
    [{ initImage: "upload", strength: 0.2 }, "invalid_request", "strength"],
    [{ variationSeed: 1 }, "invalid_request", "variation_seed"],
    [{ variationStrength: 0.5 }, "invalid_request", "variation_strength"],
    [{ secondPass: { scale: 2, numSteps: 4, strength: 0.5 } }, "unsupported_size", "second_pass.scale"],
    [{ secondPass: { scale: 1, numSteps: 4, strength: 0.2 } }, "invalid_request", "second_pass.strength"],
    [
      { initImage: "a", maskImage: "b", secondPass: { scale: 1, numSteps: 4, strength: 1 } },
      "invalid_request",
      "second_pass",
    ],
  ])("%o", (input, code, path) => {
    expect(() => complete(input)).toThrowError(expect.objectContaining({ code, path }) as Error);
  });

  test("the refusal of a size names those that can be drawn", () => {
    expect(() => complete({ width: 512 })).toThrowError(
      expect.objectContaining({ hint: "It draws: 64 x 64." }) as Error,
    );
  });
});

test("an input picture takes diffusers' strength where none is given, with a mask the full one", () => {
  expect(complete({ initImage: "a" })).toMatchObject({ strength: 0.8 });
  expect(complete({ initImage: "a", maskImage: "b" })).toMatchObject({ strength: 1 });
  expect(complete({ initImage: "a", strength: 0.5 })).toMatchObject({ strength: 0.5 });
  expect(complete({})).not.toHaveProperty("strength");
});

test("a model without an encoder draws from no picture, and says so", () => {
  const files = manifest.files.filter((file) => !file.path.startsWith("vae_encoder/"));
  expect(() =>
    completeRequest({ prompt: "a cat", initImage: "a" }, { ...manifest, files }, () => 1),
  ).toThrowError(expect.objectContaining({ code: "invalid_request", path: "init_image" }) as Error);
});

describe("a model with a rule of sizes", () => {
  const sizeRule = { multipleOf: 16, min: 32, max: 256, maxPixels: 128 * 128 };
  const completeRuled = (input: Partial<RequestInput>): unknown =>
    completeRequest({ prompt: "a cat", ...input }, { ...manifest, sizeRule }, () => 1);

  test.each([
    { width: 64, height: 64 },
    { width: 32, height: 256 },
    { width: 128, height: 128 },
  ])("draws %o", (size) => {
    expect(completeRuled(size)).toMatchObject(size);
  });

  test.each([
    [{ width: 72, height: 64 }, "width"],
    [{ width: 16, height: 64 }, "width"],
    [{ width: 64, height: 272 }, "height"],
    [{ width: 144, height: 128 }, "height"],
  ])("refuses %o and names the rule", (size, path) => {
    expect(() => completeRuled(size)).toThrowError(
      expect.objectContaining({
        code: "unsupported_size",
        path,
        hint: expect.stringContaining("a multiple of 16 from 32 to 256, 16384 pixels") as string,
      }) as Error,
    );
  });

  test("a second pass is rounded to the rule, and refused above it", () => {
    const pass = (scale: number) => ({ secondPass: { scale, numSteps: 4, strength: 0.5 } });
    expect(completeRuled(pass(2))).toMatchObject(pass(2));
    expect(secondPassSize({ width: 64, height: 80 }, 1.3, sizeRule)).toEqual({ width: 80, height: 112 });
    expect(() => completeRuled(pass(2.5))).toThrowError(
      expect.objectContaining({ code: "unsupported_size", path: "second_pass.scale" }) as Error,
    );
  });
});

test("a batch is as many requests with one id and seeds counted on, past the largest from 0", () => {
  const request = completeRequest({ prompt: "a cat", seed: 4294967294 }, manifest, () => 1);
  const batch = expandBatch(request, 3, "batch");
  expect(batch.map(({ seed, batchId }) => [seed, batchId])).toEqual([
    [4294967294, "batch"],
    [4294967295, "batch"],
    [0, "batch"],
  ]);
  expect(batch[1]).toEqual({ ...request, seed: 4294967295, batchId: "batch" });
});
