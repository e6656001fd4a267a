import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { toCamel } from "../../contracts/casing.ts";
import { manifestSchema } from "../../contracts/model.ts";
import type { RequestInput } from "../../contracts/request.ts";
import { completeRequest } from "./complete-request.ts";

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
    [{ initImage: "upload" }, "invalid_request", "init_image"],
    [{ variationSeed: 1 }, "invalid_request", "variation_seed"],
  ])("%o", (input, code, path) => {
    expect(() => complete(input)).toThrowError(expect.objectContaining({ code, path }) as Error);
  });

  test("the refusal of a size names those that can be drawn", () => {
    expect(() => complete({ width: 512 })).toThrowError(
      expect.objectContaining({ hint: "It draws: 64 x 64." }) as Error,
    );
  });
});
