import { proxy, wrap } from "comlink";
import type { Remote } from "comlink";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DiffusionWorkerApi, LocalPicture, Outcome } from "../../src/contracts/diffusion-worker.ts";
import type { Progress } from "../../src/contracts/progress.ts";
import type { GenerationRequest } from "../../src/contracts/request.ts";
import { Library } from "../../src/models/library.ts";
import { parseParameters, readPngText } from "../../src/core/metadata/index.ts";

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
): Promise<Outcome<LocalPicture>> {
  const job = { request: { ...request, ...changes }, provider: "wasm", previews: true } as const;
  return api.draw(job, proxy(onProgress));
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
  expect(wasm).toMatchObject({ available: true });
  expect(wasm.threads).toBeGreaterThanOrEqual(2);
  expect(webgpu).toMatchObject({ available: false, software: true });
  expect(webgpu.reason).toMatch(/software adapter/);
  expect(reports[0]).toEqual(wasm);
  expect(profile).toMatchObject({ isolated: true, secureContext: true, adapter: { software: true } });
  expect(profile.adapter!.limits.maxBufferSize).toBeGreaterThan(2 ** 27);
  expect(profile.benchmark.processor).toBeGreaterThan(0);
  // What is slower than the processor is not measured.
  expect(profile.benchmark.gpu).toBeNull();
  expect(profile.storage!.quotaBytes).toBeGreaterThan(0);
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
