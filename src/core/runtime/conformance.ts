import { describe, expect, test } from "vitest";
import { toCamel } from "../../contracts/casing.ts";
import { manifestSchema } from "../../contracts/model.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import { generate } from "../generate.ts";
import type { ModelFiles } from "../model-files.ts";
import { completeRequest } from "../request/complete-request.ts";
import { tensorOf } from "../tensor/convert.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { InferenceRuntime } from "./inference-runtime.ts";
import { ModelSessions } from "./model-sessions.ts";

/** A drawing of models/tiny/sd by diffusers' schedulers and onnxruntime (models/lab, `python -m lab.vectors`). */
interface DrawingCase {
  prompt: string;
  negative_prompt: string;
  seed: number;
  num_steps: number;
  guidance_scale: number;
  scheduler: GenerationRequest["scheduler"];
  prompt_syntax?: GenerationRequest["promptSyntax"];
  pixels_rows_0_32_63: number[];
}

export interface ConformanceOptions {
  runtime: InferenceRuntime;
  /** Reads a file of the repository. */
  read: (path: string) => Promise<Uint8Array<ArrayBuffer>>;
  /** How far a pixel, 0..255, may lie from the reference. */
  pixelTolerance: number;
  /** For a slow runtime: only the two shortest of the drawings, since schedulers and prompts know no runtime. */
  few?: boolean;
}

/**
 * What every runtime must do, run by each of them: onnxruntime-node on the CPU, onnxruntime-web on WASM and WebGPU.
 * Uses models/tiny/sd, a model with random weights in Stable Diffusion's shape.
 */
export function describeRuntime(name: string, options: ConformanceOptions): void {
  const { runtime, read, pixelTolerance, few = false } = options;
  const readJson = async (path: string): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await read(path)));
  const openTiny = async (): Promise<ModelFiles> => ({
    manifest: toCamel(manifestSchema.parse(await readJson("models/tiny/sd/manifest.json"))),
    read: (path) => read(`models/tiny/sd/${path}`),
  });
  const unetFeeds = (batch: number, timestep: number): Record<string, Tensor> => {
    const filled = (dims: number[]): Tensor => {
      const size = dims.reduce((product, side) => product * side, 1);
      return tensorOf(
        "float32",
        dims,
        Float32Array.from({ length: size }, (_, i) => Math.sin(i % 251)),
      );
    };
    return {
      sample: filled([batch, 4, 8, 8]),
      timestep: tensorOf("int64", [1], [timestep]),
      encoder_hidden_states: filled([batch, 77, 16]),
    };
  };

  describe(`${name} as an InferenceRuntime`, () => {
    test("a session tells the names, types and fixed sizes of its inputs and outputs", async () => {
      const session = await runtime.createSession(await read("models/tiny/sd/text_encoder/model.onnx"));
      expect(session.inputs).toEqual([
        { name: "input_ids", type: "int64", dims: expect.any(Array) as unknown },
      ]);
      expect(session.outputs.map(({ name, type }) => [name, type])).toContainEqual([
        "last_hidden_state",
        "float32",
      ]);
      expect(session.outputs[0]!.dims[2]).toBe(16);
      await session.release();
    });

    test("the same feeds give the same answer, which a later run leaves alone", async () => {
      const session = await runtime.createSession(await read("models/tiny/sd/unet/model.onnx"));
      const first = (await session.run(unetFeeds(1, 500)))["out_sample"]!;
      const copy = [...(first.data as Float32Array)];
      const other = (await session.run(unetFeeds(1, 20)))["out_sample"]!;
      const again = (await session.run(unetFeeds(1, 500)))["out_sample"]!;
      expect(first.dims).toEqual([1, 4, 8, 8]);
      expect([...(first.data as Float32Array)]).toEqual(copy);
      expect([...(again.data as Float32Array)]).toEqual(copy);
      expect([...(other.data as Float32Array)]).not.toEqual(copy);
      await session.release();
    });

    test("a batch of two is answered as two of one", async () => {
      const session = await runtime.createSession(await read("models/tiny/sd/unet/model.onnx"));
      const feeds = unetFeeds(2, 300);
      const half = (tensor: Tensor, which: number): Tensor => {
        const data = tensor.data as Float32Array<ArrayBuffer>;
        const size = data.length / 2;
        return tensorOf(
          "float32",
          [1, ...tensor.dims.slice(1)],
          data.slice(which * size, (which + 1) * size),
        );
      };
      const both = (await session.run(feeds))["out_sample"]!.data as Float32Array;
      for (const which of [0, 1]) {
        const single = await session.run({
          ...feeds,
          sample: half(feeds["sample"]!, which),
          encoder_hidden_states: half(feeds["encoder_hidden_states"]!, which),
        });
        const values = [...(single["out_sample"]!.data as Float32Array)];
        // Other kernels may add in another order: float32's rounding, a few times over.
        values.forEach((value, i) => expect(both[which * values.length + i]!).toBeCloseTo(value, 4));
      }
      await session.release();
    });

    test("bytes that are no model are model_corrupt, and the next session works", async () => {
      const page = new TextEncoder().encode("<!doctype html><title>Not found</title>");
      await expect(runtime.createSession(page)).rejects.toMatchObject({ code: "model_corrupt" });
      const session = await runtime.createSession(await read("models/tiny/sd/vae_decoder/model.onnx"));
      await session.release();
    });

    /** Draws each case of a file in models/lab/vectors and compares its pixels; all with the same sessions. */
    async function drawAsReference(vectors: string): Promise<void> {
      const model = await openTiny();
      const sessions = new ModelSessions(runtime);
      const { cases } = (await readJson(`models/lab/vectors/${vectors}`)) as { cases: DrawingCase[] };
      expect(cases.length).toBeGreaterThan(2);
      const shortest = cases.toSorted((one, other) => evaluations(one) - evaluations(other));
      for (const vector of few ? shortest.slice(0, 2) : cases) {
        const { image, result } = await generate(requestOf(vector, model), model, runtime, {
          signal: new AbortController().signal,
          sessions,
        });
        expect(result).toMatchObject({
          width: 64,
          height: 64,
          seed: vector.seed,
          provider: runtime.provider,
        });
        const rows = [0, 32, 63].flatMap((row) => [...image.data.subarray(row * 256, (row + 1) * 256)]);
        const rgb = rows.filter((_, i) => i % 4 !== 3);
        const worst = Math.max(...rgb.map((value, i) => Math.abs(value - vector.pixels_rows_0_32_63[i]!)));
        const named = `${vector.prompt}, ${vector.scheduler}, seed ${vector.seed}`;
        expect(worst, named).toBeLessThanOrEqual(pixelTolerance);
      }
      await sessions.release();
    }

    test("the whole pipeline draws the reference pixels, cold and warm, whatever the scheduler", () =>
      drawAsReference("tiny-sd.json"));

    if (!few) {
      test("prompts with emphasis, editing, alternation and AND draw the reference pixels", () =>
        drawAsReference("prompt-drawings.json"));
    }

    test("components loaded in turn draw the same picture, and no two of them are in memory at once", async () => {
      const model = await openTiny();
      const request = completeRequest({ prompt: "a cat", numSteps: few ? 1 : 2 }, model.manifest, () => 1);
      const signal = new AbortController().signal;
      let inMemory = 0;
      let most = 0;
      const counting: InferenceRuntime = {
        provider: runtime.provider,
        createSession: async (...args) => {
          const session = await runtime.createSession(...args);
          most = Math.max(most, ++inMemory);
          return {
            ...session,
            release: async () => {
              inMemory--;
              await session.release();
            },
          };
        },
      };
      const kept = await generate(request, model, counting, { signal });
      expect([inMemory, most]).toEqual([0, 3]);
      most = 0;
      const inTurn = await generate(request, model, counting, { signal, componentsInTurn: true });
      expect([inMemory, most]).toEqual([0, 1]);
      expect(inTurn.image.data).toEqual(kept.image.data);
    });

    test("R07 a cancelled picture stops between two steps with the code interrupted, and the sessions stay good", async () => {
      const model = await openTiny();
      const sessions = new ModelSessions(runtime);
      const request = completeRequest({ prompt: "a cat", numSteps: 30 }, model.manifest, () => 1);
      const abort = new AbortController();
      let steps = 0;
      const cancelled = generate(request, model, runtime, {
        signal: abort.signal,
        sessions,
        onProgress: (event) => {
          if (event.type === "step") steps = event.step;
          if (steps === 2) abort.abort();
        },
      });
      await expect(cancelled).rejects.toMatchObject({ code: "interrupted" });
      expect(steps).toBe(2);
      const next = generate({ ...request, numSteps: 1 }, model, runtime, {
        signal: new AbortController().signal,
        sessions,
      });
      await expect(next).resolves.toMatchObject({ image: { width: 64 } });
      await sessions.release();
    });
  });
}

/** How often the denoiser is run for one picture of a batch: twice a step with guidance. */
function evaluations({ num_steps: steps, guidance_scale: guidance }: DrawingCase): number {
  return guidance > 1 ? 2 * steps : steps;
}

function requestOf(vector: DrawingCase, model: ModelFiles): GenerationRequest {
  return completeRequest(
    {
      prompt: vector.prompt,
      negativePrompt: vector.negative_prompt,
      promptSyntax: vector.prompt_syntax ?? "plain",
      seed: vector.seed,
      numSteps: vector.num_steps,
      guidanceScale: vector.guidance_scale,
      scheduler: vector.scheduler,
    },
    model.manifest,
    () => 0,
  );
}
