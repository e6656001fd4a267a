import { proxy, wrap } from "comlink";
import type { Remote } from "comlink";
import { afterAll, beforeAll, expect, test } from "vitest";
import type {
  DiffusionWorkerApi,
  InputBlobs,
  LocalPicture,
  Outcome,
} from "../../src/contracts/diffusion-worker.ts";
import type { Progress } from "../../src/contracts/progress.ts";
import type { GenerationRequest } from "../../src/contracts/request.ts";
import type { InferenceRuntime } from "../../src/core/runtime/inference-runtime.ts";
import { Library } from "../../src/models/library.ts";
import { parseParameters, readPngText } from "../../src/core/metadata/index.ts";
import { componentOf, faultyRuntime } from "../../src/core/runtime/faulty-runtime.ts";
import type { Fault } from "../../src/core/runtime/faulty-runtime.ts";
import { DiffusionWorker } from "./diffusion-worker.ts";
import { createWebRuntime } from "./web-runtime.ts";

const request: GenerationRequest = {
  prompt: "a red apple",
  negativePrompt: "",
  promptSyntax: "a1111",
  model: "easel-mini",
  numSteps: 4,
  guidanceScale: 3,
  scheduler: "ddim",
  sigmas: "default",
  seed: 7,
  width: 128,
  height: 128,
};
const ignore = (): void => undefined;

let worker: Worker;
let api: Remote<DiffusionWorkerApi>;

beforeAll(async () => {
  await new Library().ensure(new AbortController().signal, "easel-mini", ignore);
  worker = new Worker(new URL("./main.ts", import.meta.url), { type: "module" });
  api = wrap<DiffusionWorkerApi>(worker);
});
afterAll(() => worker.terminate());

function draw(
  changes: Partial<GenerationRequest> = {},
  onProgress: (event: Progress<ImageBitmap>) => void = ignore,
  inputs: InputBlobs = {},
): Promise<Outcome<LocalPicture>> {
  const job = { request: { ...request, ...changes }, inputs, provider: "wasm", previews: true } as const;
  return api.draw(job, proxy(onProgress));
}

/** A real runtime that notes what is loaded and released. */
function watched(runtime: InferenceRuntime, seen: string[]): InferenceRuntime {
  return {
    provider: runtime.provider,
    async createSession(graph, externalData) {
      const session = await runtime.createSession(graph, externalData);
      const name = componentOf(session);
      seen.push(`load ${name}`);
      return {
        ...session,
        async release() {
          seen.push(`release ${name}`);
          await session.release();
        },
      };
    },
  };
}

function paint(
  width: number,
  height: number,
  work: (context: OffscreenCanvasRenderingContext2D) => void,
): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  work(canvas.getContext("2d")!);
  return canvas.convertToBlob({ type: "image/png" });
}

async function pictureOf(outcome: Outcome<LocalPicture>): Promise<{ png: Uint8Array; bitmap: ImageBitmap }> {
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return {
    png: new Uint8Array(await outcome.value.png.arrayBuffer()),
    bitmap: await createImageBitmap(outcome.value.png),
  };
}

test("R20 the worker is cross-origin isolated with two threads or more; SwiftShader counts as no GPU", async () => {
  const profile = await api.probe();
  const reports = profile.backends;
  const wasm = reports.find((report) => report.provider === "wasm")!;
  const webgpu = reports.find((report) => report.provider === "webgpu")!;
  expect(wasm).toMatchObject({ available: true, lacks: null });
  expect(wasm.threads).toBeGreaterThanOrEqual(2);
  expect(webgpu).toMatchObject({ available: false, software: true, lacks: "hardware" });
  expect(reports[0]).toEqual(wasm);
  expect(profile).toMatchObject({ isolated: true, secureContext: true, adapter: { software: true } });
  expect(profile.adapter!.limits.maxBufferSize).toBeGreaterThan(2 ** 27);
  expect(profile.benchmark.processor).toBeGreaterThan(0);
  // What is slower than the processor is not measured.
  expect(profile.benchmark.gpu).toBeNull();
  expect(profile.storage!.quotaBytes).toBeGreaterThan(0);
});

test("a benchmark of this device is taken as it is, one of another is made again", async () => {
  const { browser, cores, adapter } = await api.probe();
  const known = { browser, cores, adapter: adapter!.name, benchmark: { processor: 0.5, gpu: 3 } };
  expect((await api.probe(known)).benchmark).toEqual(known.benchmark);
  for (const other of [{ browser: "another" }, { cores: 99 }, { adapter: null }]) {
    const { benchmark } = await api.probe({ ...known, ...other });
    expect(benchmark).toEqual({ processor: expect.any(Number) as number, gpu: null });
    expect(benchmark.processor).toBeGreaterThan(1);
  }
});

test("a picture comes as a PNG with its request inside, with loading, steps, previews and decoding before it", async () => {
  const events: Progress<ImageBitmap>[] = [];
  const outcome = await draw({}, (event) => events.push(event));
  const { png, bitmap } = await pictureOf(outcome);
  expect([bitmap.width, bitmap.height]).toEqual([128, 128]);
  expect(parseParameters(readPngText(png, "parameters")!)).toMatchObject({
    prompt: "a red apple",
    seed: 7,
    numSteps: 4,
  });
  expect(outcome).toMatchObject({ value: { result: { provider: "wasm", model: "easel-mini", seed: 7 } } });

  const kinds = events.map((event) => event.type).filter((type, i, all) => type !== all[i - 1]);
  expect(kinds).toEqual(["loading", "step", "decoding"]);
  expect(events.filter((event) => event.type === "step").map((event) => event.step)).toEqual([0, 1, 2, 3, 4]);
  const preview = events.flatMap((event) =>
    event.type === "step" && event.preview ? [event.preview] : [],
  )[0];
  expect([preview?.width, preview?.height]).toEqual([16, 16]);
});

test("the same request and seed draw the same bytes, another seed draws another picture", async () => {
  const first = await pictureOf(await draw());
  const again = await pictureOf(await draw());
  const other = await pictureOf(await draw({ seed: 8 }));
  expect(again.png).toEqual(first.png);
  expect(other.png).not.toEqual(first.png);
});

test("R07 cancel stops the picture between two steps with the code interrupted, and the worker draws again", async () => {
  let steps = 0;
  const outcome = await draw({ numSteps: 100 }, (event) => {
    if (event.type !== "step") return;
    steps = event.step;
    if (event.step === 1) void api.cancel();
  });
  expect(outcome).toMatchObject({ ok: false, failure: { code: "interrupted" } });
  expect(steps).toBeLessThan(10);
  expect(await draw({ numSteps: 1 })).toMatchObject({ ok: true });
});

test("a picture is drawn from another one, fitted to its size, and a mask keeps what is black, pixel by pixel", async () => {
  // Twice as wide as high: the middle is taken. Left half of the middle red, right half blue, bare of any detail.
  const init = await paint(256, 128, (context) => {
    context.fillStyle = "rgb(200, 30, 40)";
    context.fillRect(0, 0, 128, 128);
    context.fillStyle = "rgb(40, 60, 210)";
    context.fillRect(128, 0, 128, 128);
  });
  const mask = await paint(128, 128, (context) => {
    context.fillStyle = "black";
    context.fillRect(0, 0, 128, 128);
    context.fillStyle = "white";
    context.fillRect(64, 0, 64, 128);
  });
  const named = { initImage: "init", maskImage: "mask", strength: 1, numSteps: 2 };
  const outcome = await draw(named, ignore, { initImage: init, maskImage: mask });
  const { bitmap } = await pictureOf(outcome);
  const context = new OffscreenCanvas(128, 128).getContext("2d")!;
  context.drawImage(bitmap, 0, 0);
  const [left, right] = [0, 64].map((x) => [...context.getImageData(x, 0, 64, 128).data]);
  // Lanczos is not asked here: the picture's height is the request's, only its sides are cut off.
  expect(left!.filter((_, i) => i % 4 !== 3).every((value, i) => value === [200, 30, 40][i % 3])).toBe(true);
  expect(new Set(right).size).toBeGreaterThan(20);
});

test("a request whose picture is missing, or is none, is refused by its field", async () => {
  const named = { initImage: "init", strength: 1, numSteps: 1 };
  expect(await draw(named)).toMatchObject({
    ok: false,
    failure: { code: "invalid_request", path: "init_image" },
  });
  const text = new Blob(["no picture"], { type: "image/png" });
  expect(await draw(named, ignore, { initImage: text })).toMatchObject({
    ok: false,
    failure: { code: "unsupported_media", path: "init_image" },
  });
});

test("where memory is short each component is released before the next is loaded; else they are kept warm", async () => {
  const log = async (memoryBytes: number): Promise<string[]> => {
    const seen: string[] = [];
    const here = new DiffusionWorker(
      (provider) => watched(createWebRuntime(provider), seen),
      () => ({ memoryBytes, mobile: false }),
    );
    const job = { request: { ...request, numSteps: 1 }, provider: "wasm", previews: false } as const;
    const pictures = [await here.draw(job, ignore), await here.draw(job, ignore)];
    expect(pictures).toMatchObject([{ ok: true }, { ok: true }]);
    return seen;
  };
  const inTurn = ["text_encoder", "unet", "vae_decoder"].flatMap((name) => [
    `load ${name}`,
    `release ${name}`,
  ]);
  // Its weights are some 30 MB, and half of a device's memory may be used.
  expect(await log(32e6)).toEqual([...inTurn, ...inTurn]);
  const warm = await log(8e9);
  expect(warm.toSorted()).toEqual(["load text_encoder", "load unet", "load vae_decoder"]);
});

test("a model loaded before it is asked for is not loaded again; another one's picture does not wait for the rest", async () => {
  const seen: string[] = [];
  const warming = (memoryBytes: number) =>
    new DiffusionWorker(
      (provider) => watched(createWebRuntime(provider), seen),
      () => ({ memoryBytes, mobile: false }),
    );
  const here = warming(8e9);
  const job = { request: { ...request, numSteps: 1 }, provider: "wasm", previews: false } as const;
  const warm = here.warmUp("easel-mini", "wasm");
  // Asked for meanwhile.
  expect(await here.draw(job, ignore)).toMatchObject({ ok: true });
  expect(await warm).toEqual({ ok: true, value: true });
  expect(seen).toEqual(["load text_encoder", "load unet", "load vae_decoder"]);

  const other = warming(8e9);
  const given = other.warmUp("easel-mini", "wasm");
  const missing = { ...job, request: { ...job.request, model: "no-such-model" } };
  expect(await other.draw(missing, ignore)).toMatchObject({ ok: false });
  expect(await given).toMatchObject({ ok: false, failure: { code: "interrupted" } });
  expect(await warming(64e6).warmUp("easel-mini", "wasm")).toEqual({ ok: true, value: false });
});

test.each<[Fault["kind"], string]>([
  ["nan", "invalid_output"],
  ["device_lost", "device_lost"],
  ["out_of_memory", "out_of_memory"],
])(
  "R28 a denoiser that fails with %s is told to the page, and the next picture is drawn",
  async (kind, code) => {
    const fault: Fault = { component: "unet", kind, from: 1 };
    let faulty = true;
    const here = new DiffusionWorker((provider) => {
      const runtime = createWebRuntime(provider);
      return faulty ? faultyRuntime(runtime, fault) : runtime;
    });
    const job = { request: { ...request, numSteps: 2 }, provider: "wasm", previews: false } as const;
    expect(await here.draw(job, ignore)).toMatchObject({ ok: false, failure: { code } });
    faulty = false;
    // Broken numbers leave the runtime as it was; after the others it is made anew.
    const next = kind === "nan" ? new DiffusionWorker() : here;
    expect(await next.draw(job, ignore)).toMatchObject({ ok: true });
  },
);

test("failures come as data: a second picture at once, a size it can't draw, a model that is not here", async () => {
  const first = draw();
  expect(await draw()).toMatchObject({ ok: false, failure: { code: "conflict" } });
  expect(await first).toMatchObject({ ok: true });
  expect(await draw({ width: 512 })).toMatchObject({
    ok: false,
    failure: { code: "unsupported_size", path: "width", hint: "It draws: 128 x 128." },
  });
  expect(await draw({ model: "no-such-model" })).toMatchObject({
    ok: false,
    failure: { code: "model_not_installed" },
  });
});
