import { afterAll, describe, expect, test } from "vitest";
import { toCamel } from "../../contracts/casing.ts";
import { manifestSchema } from "../../contracts/model.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import { generate } from "../generate.ts";
import type { ModelFiles } from "../model-files.ts";
import { completeRequest } from "../request/complete-request.ts";
import type { InferenceRuntime, InferenceSession } from "../runtime/inference-runtime.ts";
import { ModelSessions } from "../runtime/model-sessions.ts";
import { toFloatTensor } from "../tensor/convert.ts";
import { concatBatch, floatTensor } from "../tensor/tensor.ts";
import { openModel } from "./open-model.ts";

/** A drawing by diffusers' own pipeline (models/lab, `python -m lab.vectors --only families`). */
interface FamilyCase {
  folder: string;
  prompt: string;
  negative_prompt: string;
  seed: number;
  num_steps: number;
  guidance_scale: number;
  width: number;
  height: number;
  scheduler: GenerationRequest["scheduler"];
  latents: number[];
  pixels_rows_0_32_63: number[];
}

export interface FamilyOptions {
  runtime: InferenceRuntime;
  /** Reads a file of the repository. */
  read: (path: string) => Promise<Uint8Array<ArrayBuffer>>;
  /** Which of models/tiny's layouts the runtime draws; all of them without it. */
  layouts?: readonly string[];
  /** Leaves out the pictures of a layout that take more steps than another one of it. */
  fewestSteps?: boolean;
  tolerance: Tolerance;
}

interface Tolerance {
  /** How far a latent may lie from the reference, as a part of the reference's deviation. */
  latent: number;
  /** How far a pixel, 0..255, may. */
  pixel: number;
}

/** Layouts that compute in half precision, where the reference is float32. */
const HALF = ["sd-turbo-webnn", "sd15-webnn", "sdxl-turbo-webnn", "nmkd"];

/**
 * Half keeps eleven bits, 0.0005 of a value; some hundred operations a step and a guidance of 7.5 widen it to as much
 * as 0.03 of the latents' deviation (measured). A word left out moves them by ten times that.
 */
const HALF_TOLERANCE: Tolerance = { latent: 0.05, pixel: 3 };

/** Every layout of models/tiny but `sd`, which the runtimes' own suite draws. */
export async function describeFamilies(name: string, options: FamilyOptions): Promise<void> {
  const { runtime, read, layouts, fewestSteps = false } = options;
  const readJson = async (path: string): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await read(path)));
  const open = async (folder: string): Promise<ModelFiles> => ({
    manifest: toCamel(manifestSchema.parse(await readJson(`models/tiny/${folder}/manifest.json`))),
    read: (path) => read(`models/tiny/${folder}/${path}`),
  });
  const { cases } = (await readJson("models/lab/vectors/families.json")) as { cases: FamilyCase[] };
  const drawn = cases.filter(({ folder, num_steps: steps }) => {
    const quicker = cases.some((other) => other.folder === folder && other.num_steps < steps);
    return (layouts?.includes(folder) ?? true) && !(fewestSteps && quicker);
  });

  const listening = new ListeningRuntime(runtime);
  const sessions = new ModelSessions(listening);
  const signal = new AbortController().signal;
  afterAll(() => sessions.release());

  describe(`${name} draws every layout as diffusers does`, () => {
    test.each(
      drawn.map(
        (vector) => [`${vector.folder}: ${vector.scheduler}, ${vector.num_steps} steps`, vector] as const,
      ),
    )("%s", async (_, vector) => {
      const model = await open(vector.folder);
      const request = requestOf(vector, model);
      const { image } = await generate(request, model, listening, { signal, sessions });
      const scale = model.manifest.family === "sdxl" ? 0.13025 : 0.18215;
      const latents = listening.decoded.map((value) => value * scale);
      const tolerance = HALF.includes(vector.folder) ? HALF_TOLERANCE : options.tolerance;
      expect(relativeError(latents, vector.latents), "latents").toBeLessThanOrEqual(tolerance.latent);
      const stride = image.width * 4;
      const rows = [0, 32, 63].flatMap((row) => [...image.data.subarray(row * stride, (row + 1) * stride)]);
      const rgb = rows.filter((_, i) => i % 4 !== 3);
      const worst = Math.max(...rgb.map((value, i) => Math.abs(value - vector.pixels_rows_0_32_63[i]!)));
      expect(worst, "pixels").toBeLessThanOrEqual(tolerance.pixel);
    });
  });

  describe(`${name} and a model whose parts do not belong together`, () => {
    /** One model with a file of another in place of its own. */
    const mixed = async (folder: string, path: string, from: string): Promise<ModelFiles> => {
      const model = await open(folder);
      return { ...model, read: (file) => (file === path ? read(`models/tiny/${from}`) : model.read(file)) };
    };
    const wrong: [string, string, string, string[]][] = [
      ["inputs of another family", "sd", "sdxl/unet/model.onnx", ["unet/model.onnx should take", "time_ids"]],
      [
        "states of another width than its config says",
        "sd",
        "sd-turbo-ort-web/unet/model.onnx",
        ["unet/model.onnx", "encoder_hidden_states as [any, any, 16]", "24]"],
      ],
      ["a decoder for a denoiser", "sd", "sd/vae_decoder/model.onnx", ["unet/model.onnx", "latent_sample"]],
    ];
    test.each(wrong)("%s: refused before the first run", async (_, folder, from, words) => {
      const model = await mixed(folder, "unet/model.onnx", from);
      const runs = listening.runs;
      await sessions.release();
      const request = completeRequest({ prompt: "a cat", numSteps: 1 }, model.manifest, () => 1);
      const drawing = generate(request, model, listening, { signal });
      await expect(drawing).rejects.toMatchObject({ code: "model_corrupt" });
      for (const word of words) await expect(drawing).rejects.toThrow(word);
      expect(listening.runs).toBe(runs);
    });

    test("without configuration it shows where the encoder's states come to the denoiser", async () => {
      const model = await mixed("sd-turbo-ort-web", "unet/model.onnx", "sd/unet/model.onnx");
      const request = completeRequest({ prompt: "a cat", numSteps: 1 }, model.manifest, () => 1);
      const drawing = generate(request, model, listening, { signal });
      await expect(drawing).rejects.toMatchObject({ code: "model_corrupt" });
      await expect(drawing).rejects.toThrow("encoder_hidden_states as");
      await expect(drawing).rejects.toThrow("[1, 77, 24]");
    });
  });

  test(`${name}: what an inpainting model sees beside the latents comes after them, for each of a batch`, async () => {
    const model = await open("sd-inpaint");
    const vectors = (await readJson("models/lab/vectors/sd-inpaint.json")) as { cases: InpaintingCase[] };
    const vector = vectors.cases[0]!;
    const family = await openModel(model);
    const session = (component: string) => sessions.load(model, component, () => undefined);
    const of = (dims: number[], values: number[]) => floatTensor(dims, Float32Array.from(values));
    const denoiser = await family.denoiser(session, of([1, 5, 8, 8], vector.extra));
    const sample = of([1, 4, 8, 8], vector.sample);
    const states = of([1, 77, 16], vector.encoder_hidden_states);
    const twice = { encoder_hidden_states: concatBatch([states, states]) };
    const answer = await denoiser(concatBatch([sample, sample]), vector.timestep, twice);
    expect(answer.dims).toEqual([2, 4, 8, 8]);
    const half = answer.data.length / 2;
    for (const one of [answer.data.slice(0, half), answer.data.slice(half)]) {
      expect(relativeError(one, vector.out_sample)).toBeLessThanOrEqual(options.tolerance.latent);
    }
  });
}

/** One evaluation of models/tiny/sd-inpaint's UNet in PyTorch. */
interface InpaintingCase {
  sample: number[];
  extra: number[];
  timestep: number;
  encoder_hidden_states: number[];
  out_sample: number[];
}

/** A runtime that remembers what the decoder was fed: the final latents, divided by the scaling factor. */
class ListeningRuntime implements InferenceRuntime {
  readonly provider;
  readonly #runtime: InferenceRuntime;
  decoded: Float32Array = new Float32Array();
  runs = 0;

  constructor(runtime: InferenceRuntime) {
    this.#runtime = runtime;
    this.provider = runtime.provider;
  }

  async createSession(...args: Parameters<InferenceRuntime["createSession"]>): Promise<InferenceSession> {
    const session = await this.#runtime.createSession(...args);
    return {
      ...session,
      run: async (feeds) => {
        this.runs++;
        const latents = feeds["latent_sample"];
        if (latents !== undefined) this.decoded = toFloatTensor(latents).data;
        return session.run(feeds);
      },
    };
  }
}

/** The largest difference, as a part of the reference's deviation. */
function relativeError(values: Float32Array, reference: readonly number[]): number {
  const mean = reference.reduce((sum, value) => sum + value, 0) / reference.length;
  const deviation = Math.sqrt(
    reference.reduce((sum, value) => sum + (value - mean) ** 2, 0) / reference.length,
  );
  return Math.max(...reference.map((value, i) => Math.abs(value - values[i]!))) / deviation;
}

function requestOf(vector: FamilyCase, model: ModelFiles): GenerationRequest {
  return completeRequest(
    {
      prompt: vector.prompt,
      negativePrompt: vector.negative_prompt,
      promptSyntax: "plain",
      seed: vector.seed,
      numSteps: vector.num_steps,
      guidanceScale: vector.guidance_scale,
      width: vector.width,
      height: vector.height,
      scheduler: vector.scheduler,
    },
    model.manifest,
    () => 0,
  );
}
