import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { toCamel } from "../../contracts/casing.ts";
import { manifestSchema } from "../../contracts/model.ts";
import type { Manifest } from "../../contracts/model.ts";
import type { ModelFiles } from "../model-files.ts";
import { createScheduler } from "../schedulers/registry.ts";
import { openModel } from "./open-model.ts";

type Json = Record<string, unknown>;

interface Changes {
  /** Fields that are laid over a JSON file's own; null: no JSON at all. */
  files?: Record<string, Json | null>;
  manifest?: (manifest: Manifest) => Manifest;
}

/** A model of models/tiny with something wrong; it fails the test where a graph or its weights are read. */
function tiny(folder: string, { files = {}, manifest = (same) => same }: Changes = {}): ModelFiles {
  const text = (path: string): string => readFileSync(`models/tiny/${folder}/${path}`, "utf8");
  return {
    manifest: manifest(toCamel(manifestSchema.parse(JSON.parse(text("manifest.json"))))),
    read: (path) => {
      expect(path).not.toMatch(/\.onnx|weights|\.bin$/);
      const change = files[path];
      const content =
        change === null
          ? "<!doctype html>"
          : change === undefined
            ? text(path)
            : JSON.stringify({ ...(JSON.parse(text(path)) as Json), ...change });
      return Promise.resolve(new TextEncoder().encode(content));
    },
  };
}

const without = (path: string) => (manifest: Manifest) => ({
  ...manifest,
  files: manifest.files.filter((file) => file.path !== path),
});

describe("a wrong model is model_corrupt before anything large is read, and says what was expected and what came", () => {
  const cases: [string, string, Changes, string[]][] = [
    ["a missing component", "sd", { manifest: without("unet/model.onnx") }, ["unet/model.onnx"]],
    [
      "missing weights",
      "sd2",
      { manifest: without("unet/model-2.bin") },
      ["unet/model-2.bin", "manifest does not list"],
    ],
    [
      "a missing second encoder",
      "sdxl",
      { manifest: without("text_encoder_2/model.onnx") },
      ["text_encoder_2"],
    ],
    ["a missing tokenizer", "sdxl", { manifest: without("tokenizer_2/merges.txt") }, ["tokenizer_2"]],
    [
      "no schedule",
      "sd",
      { manifest: without("scheduler/scheduler_config.json") },
      ["scheduler_config.json"],
    ],
    [
      "another pipeline",
      "sd",
      { files: { "model_index.json": { _class_name: "FluxPipeline" } } },
      ["model_index.json", "StableDiffusionPipeline", "FluxPipeline"],
    ],
    [
      "a family that the manifest has wrong",
      "sdxl",
      { manifest: (manifest) => ({ ...manifest, family: "sd" }) },
      ["model_index.json", "StableDiffusionXLPipeline"],
    ],
    [
      "another denoiser",
      "sd",
      { files: { "unet/config.json": { _class_name: "FluxTransformer2DModel" } } },
      ["unet/config.json", "UNet2DConditionModel", "FluxTransformer2DModel"],
    ],
    [
      "another autoencoder",
      "sd",
      { files: { "vae_decoder/config.json": { _class_name: "AutoencoderDC" } } },
      ["vae_decoder/config.json", "AutoencoderKL", "AutoencoderDC"],
    ],
    [
      "an encoder without the projection",
      "sdxl",
      { files: { "text_encoder_2/config.json": { architectures: ["CLIPTextModel"] } } },
      ["text_encoder_2/config.json", "CLIPTextModelWithProjection"],
    ],
    [
      "a denoiser made for wider states",
      "sd",
      { files: { "unet/config.json": { cross_attention_dim: 24 } } },
      ["unet/config.json", "cross_attention_dim should be 16", "24"],
    ],
    [
      "a denoiser made for one encoder of two",
      "sdxl",
      { files: { "unet/config.json": { cross_attention_dim: 16 } } },
      ["cross_attention_dim should be 40", "16"],
    ],
    [
      "a denoiser made for another pooled embedding",
      "sdxl",
      { files: { "text_encoder_2/config.json": { projection_dim: 64 } } },
      ["projection_class_embeddings_input_dim should be 112", "80"],
    ],
    [
      "latents of other channels",
      "sd",
      { files: { "vae_decoder/config.json": { latent_channels: 16 } } },
      ["unet/config.json", "out_channels should be 16", "4"],
    ],
    [
      "a denoiser that sees what nothing gives it",
      "sd",
      { files: { "unet/config.json": { in_channels: 8 } } },
      ["in_channels should be 4 or 9", "8"],
    ],
    ["a page for a config", "sd", { files: { "unet/config.json": null } }, ["unet/config.json", "<!doctype"]],
    [
      "nonsense in a config",
      "sd",
      { files: { "unet/config.json": { in_channels: "four" } } },
      ["unet/config.json", "in_channels"],
    ],
  ];
  test.each(cases)("%s", async (_, folder, changes, words) => {
    const opening = openModel(tiny(folder, changes));
    await expect(opening).rejects.toMatchObject({ code: "model_corrupt" });
    for (const word of words) await expect(opening).rejects.toThrow(word);
  });
});

test("what a model's files say is what the pipeline is told", async () => {
  const plain = await openModel(tiny("sd"));
  expect([plain.extraChannels, plain.embedsGuidance]).toEqual([0, false]);
  expect(plain.latentDims(64, 128)).toEqual([1, 4, 16, 8]);
  expect((await openModel(tiny("aislamov-lcm"))).embedsGuidance).toBe(true);
  const inpainting = await openModel(tiny("sd-inpaint"));
  expect(inpainting.extraChannels).toBe(5);
  expect(inpainting.latentDims(64, 64)).toEqual([1, 4, 8, 8]);
});

test("an inpainting model without a picture to paint into asks for one", async () => {
  const family = await openModel(tiny("sd-inpaint"));
  await expect(family.denoiser(() => Promise.reject(new Error("loaded")))).rejects.toMatchObject({
    code: "invalid_request",
    path: "init_image",
  });
});

/** Measured with diffusers' EulerDiscreteScheduler and SD-Turbo's own configuration. */
const TURBO = {
  1: { timesteps: [999], sigmas: [14.614641] },
  2: { timesteps: [999, 499], sigmas: [14.614641, 1.612886] },
  3: { timesteps: [999, 666, 332], sigmas: [14.614641, 2.918307, 0.929214] },
  4: { timesteps: [999, 749, 499, 249], sigmas: [14.614641, 4.081729, 1.612886, 0.693205] },
};

test.each(Object.entries(TURBO))("Turbo in %s steps: its timesteps and sigmas", async (steps, expected) => {
  const { schedulerConfig } = await openModel(tiny("sd-turbo-ort-web"));
  const scheduler = createScheduler("euler", schedulerConfig, Number(steps), "default");
  expect(scheduler.timesteps).toEqual(expected.timesteps);
  expected.sigmas.forEach((sigma, index) => {
    // The input is divided by sqrt(sigma^2 + 1).
    const [scaled] = scheduler.scaleModelInput(Float32Array.of(1), index);
    expect(Math.sqrt(1 / scaled! ** 2 - 1)).toBeCloseTo(sigma, 4);
  });
});
