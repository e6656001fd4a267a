import { describe, expect, test } from "vitest";
import type { Progress } from "../../../src/contracts/progress.ts";
import type { RequestInput } from "../../../src/contracts/request.ts";
import { generate } from "../../../src/core/generate.ts";
import type { GeneratedPicture } from "../../../src/core/generate.ts";
import { completeRequest } from "../../../src/core/request/complete-request.ts";
import type { InferenceRuntime, InferenceSession } from "../../../src/core/runtime/inference-runtime.ts";
import { ModelSessions } from "../../../src/core/runtime/model-sessions.ts";
import { tensorOf, toFloatTensor } from "../../../src/core/tensor/convert.ts";
import type { RgbaImage } from "../../../src/core/tensor/image.ts";
import type { ElementType, Tensor } from "../../../src/core/tensor/tensor.ts";
import { openDiskModel } from "./disk-models.ts";
import { createNodeRuntime } from "./node-runtime.ts";

const model = await openDiskModel("models/tiny/sd");
const never = new AbortController().signal;
const noPreview = {
  latentRgbFactors: Array.from({ length: 4 }, () => [0.1, 0.1, 0.1]),
  bias: [0.5, 0.5, 0.5],
};

type Run = InferenceSession["run"];

/** onnxruntime-node with something done to its sessions, told apart by their first input's name. */
function altered(change: (input: string, session: InferenceSession) => InferenceSession): InferenceRuntime {
  const runtime = createNodeRuntime("cpu");
  return {
    provider: "cpu",
    async createSession(graph, externalData) {
      const session = await runtime.createSession(graph, externalData);
      return change(session.inputs[0]!.name, session);
    },
  };
}

function withRun(session: InferenceSession, wrap: (run: Run) => Run): InferenceSession {
  return { ...session, run: wrap((feeds) => session.run(feeds)) };
}

function draw(runtime: InferenceRuntime, input: Partial<RequestInput> = {}): Promise<GeneratedPicture> {
  const request = completeRequest({ prompt: "a cat", scheduler: "ddim", ...input }, model.manifest, () => 5);
  return generate(request, model, runtime, { signal: never });
}

describe("what the denoiser is fed", () => {
  async function unetBatches(input: Partial<RequestInput>): Promise<number[]> {
    const batches: number[] = [];
    const runtime = altered((name, session) =>
      name !== "sample"
        ? session
        : withRun(session, (run) => (feeds) => {
            batches.push(feeds["sample"]!.dims[0]!);
            return run(feeds);
          }),
    );
    await draw(runtime, input);
    return batches;
  }

  test("guidance runs one batch of two a step; at 1 and below there is no second evaluation", async () => {
    expect(await unetBatches({ guidanceScale: 5, numSteps: 3 })).toEqual([2, 2, 2]);
    expect(await unetBatches({ guidanceScale: 1, numSteps: 3 })).toEqual([1, 1, 1]);
    expect(await unetBatches({ guidanceScale: 0, numSteps: 1 })).toEqual([1]);
  });

  test("a denoiser made for a batch of one is run twice and draws the same picture", async () => {
    const batches: number[] = [];
    const single = altered((name, session) => {
      if (name !== "sample") return session;
      const inputs = session.inputs.map((info) => ({ ...info, dims: [1, ...info.dims.slice(1)] }));
      return {
        ...withRun(session, (run) => (feeds) => {
          batches.push(feeds["sample"]!.dims[0]!);
          return run(feeds);
        }),
        inputs,
      };
    });
    const expected = await draw(createNodeRuntime("cpu"), { numSteps: 2 });
    const drawn = await draw(single, { numSteps: 2 });
    expect(batches).toEqual([1, 1, 1, 1]);
    const worst = Math.max(...drawn.image.data.map((value, i) => Math.abs(value - expected.image.data[i]!)));
    expect(worst).toBeLessThanOrEqual(1);
  });

  test("an export with int32 ids, float16 tensors and a float32 timestep is fed what it asks for", async () => {
    const wanted: Record<string, ElementType> = {
      input_ids: "int32",
      sample: "float16",
      encoder_hidden_states: "float16",
      timestep: "float32",
      latent_sample: "float16",
    };
    const real: Record<string, ElementType> = { input_ids: "int64", timestep: "int64" };
    const exotic = altered((_, session) => ({
      ...withRun(session, (run) => async (feeds) => {
        const converted = Object.entries(feeds).map(([name, tensor]): [string, Tensor] => {
          expect(tensor.type, name).toBe(wanted[name]);
          return [name, tensorOf(real[name] ?? "float32", tensor.dims, toFloatTensor(tensor).data)];
        });
        const outputs = await run(Object.fromEntries(converted));
        return Object.fromEntries(
          Object.entries(outputs).map(([name, { dims, data }]) => [
            name,
            tensorOf("float16", dims, data as Float32Array),
          ]),
        );
      }),
      inputs: session.inputs.map((info) => ({ ...info, type: wanted[info.name]! })),
    }));
    const expected = await draw(createNodeRuntime("cpu"), { numSteps: 2, guidanceScale: 1 });
    const drawn = await draw(exotic, { numSteps: 2, guidanceScale: 1 });
    // Half precision has eleven bits: a hundredth of the range at most, after two steps.
    const worst = Math.max(...drawn.image.data.map((value, i) => Math.abs(value - expected.image.data[i]!)));
    expect(worst).toBeLessThanOrEqual(3);
    expect(worst).toBeGreaterThan(0);
  });

  test("a graph of another family is model_corrupt and says which inputs it takes", async () => {
    const other = altered((_, session) => ({
      ...session,
      inputs: [...session.inputs, { name: "time_ids", type: "float32", dims: [1, 6] }],
    }));
    await expect(draw(other)).rejects.toMatchObject({
      code: "model_corrupt",
      message: expect.stringContaining("time_ids") as unknown,
    });
  });
});

describe("R28 a broken answer is invalid_output, never a picture", () => {
  const spoil = (input: string, value: number): InferenceRuntime =>
    altered((name, session) =>
      name !== input
        ? session
        : withRun(session, (run) => async (feeds) => {
            const outputs = await run(feeds);
            for (const tensor of Object.values(outputs)) (tensor.data as Float32Array).fill(value);
            return outputs;
          }),
    );

  test("NaN from the denoiser stops at that step", async () => {
    await expect(draw(spoil("sample", Number.NaN))).rejects.toMatchObject({
      code: "invalid_output",
      message: expect.stringContaining("evaluation 1") as unknown,
    });
  });

  test("infinity from the decoder", async () => {
    await expect(draw(spoil("latent_sample", Infinity))).rejects.toMatchObject({ code: "invalid_output" });
  });

  test("a black picture", async () => {
    await expect(draw(spoil("latent_sample", -1))).rejects.toMatchObject({
      code: "invalid_output",
      message: expect.stringContaining("one flat colour") as unknown,
    });
  });
});

test("R07 a picture cancelled while its prompt is encoded encodes no further text", async () => {
  const abort = new AbortController();
  let encoded = 0;
  const runtime = altered((name, session) =>
    name !== "input_ids"
      ? session
      : withRun(session, (run) => (feeds) => {
          if (++encoded === 2) abort.abort();
          return run(feeds);
        }),
  );
  const request = completeRequest({ prompt: "[a|b|c|d] cat", numSteps: 4 }, model.manifest, () => 1);
  const cancelled = generate(request, model, runtime, { signal: abort.signal });
  await expect(cancelled).rejects.toMatchObject({ code: "interrupted" });
  expect(encoded).toBe(2);
});

test("progress tells loading by component, every step with the time left, previews only where asked for", async () => {
  const withPreview = { ...model, manifest: { ...model.manifest, preview: noPreview as never } };
  const request = completeRequest(
    { prompt: "a cat", numSteps: 3, scheduler: "ddim" },
    model.manifest,
    () => 1,
  );
  const runtime = createNodeRuntime("cpu");
  const sessions = new ModelSessions(runtime);
  const events: Progress<RgbaImage>[] = [];
  const options = { signal: never, sessions, onProgress: (event: Progress<RgbaImage>) => events.push(event) };
  await generate(request, withPreview, runtime, { ...options, previews: true });

  const loading = events.filter((event) => event.type === "loading");
  expect([...new Set(loading.map((event) => event.component))]).toEqual([
    "text_encoder",
    "unet",
    "vae_decoder",
  ]);
  expect(loading.at(-1)).toMatchObject({ loadedBytes: 50_127, totalBytes: 50_127 });
  const steps = events.filter((event) => event.type === "step");
  expect(steps.map((event) => event.step)).toEqual([0, 1, 2, 3]);
  expect(steps[0]!.etaSeconds).toBeNull();
  expect(steps[1]!.etaSeconds).toBeGreaterThan(0);
  expect(steps[3]!.etaSeconds).toBe(0);
  expect(steps.some((event) => event.preview?.width === 8 && event.preview.height === 8)).toBe(true);

  events.length = 0;
  await generate(request, withPreview, runtime, options);
  expect(events.some((event) => event.type === "loading")).toBe(false);
  expect(events.some((event) => event.type === "step" && event.preview !== undefined)).toBe(false);
  await sessions.release();
});

test("a seed draws its picture, another seed another one, and a weighted word changes it", async () => {
  const runtime = createNodeRuntime("cpu");
  const pixels = async (input: Partial<RequestInput>): Promise<string> =>
    Buffer.from((await draw(runtime, { numSteps: 2, ...input })).image.data).toString("base64");
  const first = await pixels({ seed: 1 });
  expect(await pixels({ seed: 1 })).toBe(first);
  expect(await pixels({ seed: 4294967295 })).not.toBe(first);
  expect(await pixels({ seed: 1, prompt: "a (cat:1.5)" })).not.toBe(first);
  expect(await pixels({ seed: 1, prompt: "(a cat:1)" })).toBe(first);
});

test("a prompt of several chunks is drawn, the negative prompt padded to its length", async () => {
  const long = Array.from({ length: 120 }, () => "cat").join(" ");
  await expect(draw(createNodeRuntime("cpu"), { prompt: long, numSteps: 1 })).resolves.toMatchObject({
    image: { width: 64, height: 64 },
  });
});
