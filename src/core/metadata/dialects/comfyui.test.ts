import { describe, expect, test } from "vitest";
import { readPictureSettings } from "../read-settings.ts";
import { exif, png, tEXt, webp } from "../tests/picture-files.ts";

const MAKE = 0x010f;
const MODEL = 0x0110;

const COMFY = {
  "3": {
    class_type: "KSampler",
    inputs: {
      seed: 42,
      steps: 20,
      cfg: 7,
      sampler_name: "euler_ancestral",
      scheduler: "normal",
      denoise: 1,
      model: ["10", 0],
      positive: ["6", 0],
      negative: ["7", 0],
      latent_image: ["5", 0],
    },
  },
  "4": {
    class_type: "CheckpointLoaderSimple",
    inputs: { ckpt_name: "sd/dreamy.safetensors" },
    is_changed: [NaN],
  },
  "5": { class_type: "EmptyLatentImage", inputs: { width: 512, height: 768, batch_size: 1 } },
  "6": { class_type: "CLIPTextEncode", inputs: { text: ["11", 0], clip: ["4", 1] } },
  "7": { class_type: "CLIPTextEncode", inputs: { text: "blurry", clip: ["4", 1] } },
  "10": { class_type: "LoraLoader", inputs: { lora_name: "ink", model: ["4", 0], clip: ["4", 1] } },
  "11": { class_type: "PrimitiveString", inputs: { value: "a fox" } },
  "12": { class_type: "KSampler", inputs: { seed: 1, latent_image: ["3", 0] } },
};
const FOUND = {
  prompt: "a fox",
  negativePrompt: "blurry",
  numSteps: 20,
  scheduler: "euler_ancestral",
  sigmas: "default",
  guidanceScale: 7,
  seed: 42,
  width: 512,
  height: 768,
  model: "dreamy",
};
/** Python writes NaN, which JSON has not. */
const COMFY_TEXT = JSON.stringify(COMFY).replace("[null]", "[NaN]");
const WORKFLOW = JSON.stringify({
  nodes: [
    {
      id: 3,
      type: "KSampler",
      widgets_values: [42, "fixed", 20, 7, "euler_ancestral", "normal", 1],
      inputs: [
        { name: "model", link: 1 },
        { name: "positive", link: 2 },
        { name: "negative", link: 3 },
        { name: "latent_image", link: 4 },
      ],
    },
    { id: 4, type: "CheckpointLoaderSimple", widgets_values: ["dreamy.safetensors"] },
    { id: 5, type: "EmptyLatentImage", widgets_values: [512, 768, 1] },
    { id: 6, type: "CLIPTextEncode", widgets_values: ["a fox"] },
    { id: 7, type: "CLIPTextEncode", widgets_values: ["blurry"] },
  ],
  links: [
    [1, 4, 0, 3, 0, "MODEL"],
    [2, 6, 0, 3, 1, "CONDITIONING"],
    [3, 7, 0, 3, 2, "CONDITIONING"],
    [4, 5, 0, 3, 3, "LATENT"],
  ],
});

describe("ComfyUI's settings come back", () => {
  test.each<[string, Buffer]>([
    ["a PNG's graph", png(tEXt("prompt", COMFY_TEXT), tEXt("workflow", "{}"))],
    [
      "a WebP's EXIF",
      webp({
        exif: exif({ [MAKE]: Buffer.from("workflow:{}"), [MODEL]: Buffer.from(`prompt:${COMFY_TEXT}`) }),
      }),
    ],
  ])("from %s, what else the graph does is listed", async (_, file) => {
    const read = await readPictureSettings(file);
    expect(read).toMatchObject({ program: "ComfyUI", settings: FOUND });
    expect(read?.settings).not.toHaveProperty("strength");
    expect(read?.unmapped).toEqual([
      { name: "KSampler", value: '{"seed":1,"latent_image":["3",0]}' },
      { name: "LoraLoader", value: "ink" },
    ]);
  });

  test("from the workflow alone", async () => {
    expect(await readPictureSettings(png(tEXt("workflow", WORKFLOW)))).toEqual({
      program: "ComfyUI",
      settings: FOUND,
      unmapped: [],
    });
  });

  test("from a custom sampler's parts", async () => {
    const graph = {
      "1": {
        class_type: "SamplerCustomAdvanced",
        inputs: {
          noise: ["2", 0],
          guider: ["3", 0],
          sampler: ["4", 0],
          sigmas: ["5", 0],
          latent_image: ["6", 0],
        },
      },
      "2": { class_type: "RandomNoise", inputs: { noise_seed: 42 } },
      "3": {
        class_type: "CFGGuider",
        inputs: { cfg: 7, model: ["8", 0], positive: ["9", 0], negative: ["7", 0] },
      },
      "4": { class_type: "KSamplerSelect", inputs: { sampler_name: "euler_ancestral" } },
      "5": {
        class_type: "BasicScheduler",
        inputs: { scheduler: "normal", steps: 20, denoise: 1, model: ["8", 0] },
      },
      "6": { class_type: "EmptySD3LatentImage", inputs: { width: 512, height: 768 } },
      "7": COMFY["7"],
      "8": { class_type: "UNETLoader", inputs: { unet_name: "dreamy.safetensors" } },
      "9": { class_type: "CLIPTextEncode", inputs: { text: "a fox" } },
    };
    const read = await readPictureSettings(png(tEXt("prompt", JSON.stringify(graph))));
    expect(read?.settings).toEqual(FOUND);
  });

  test("a graph that runs in a circle ends", async () => {
    const circle = {
      ...COMFY,
      "6": { class_type: "ConditioningCombine", inputs: { conditioning_1: ["6", 0] } },
    };
    const read = await readPictureSettings(png(tEXt("prompt", JSON.stringify(circle))));
    expect(read?.settings).toMatchObject({ seed: 42, negativePrompt: "blurry" });
    expect(read?.settings).not.toHaveProperty("prompt");
  });
});
