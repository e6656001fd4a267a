import { describe, expect, test } from "vitest";
import type { GenerationRequest } from "../../../src/contracts/request.ts";
import { generate } from "../../../src/core/generate.ts";
import type { ModelFiles } from "../../../src/core/model-files.ts";
import { completeRequest } from "../../../src/core/request/complete-request.ts";
import { faultyRuntime } from "../../../src/core/runtime/faulty-runtime.ts";
import type { Fault } from "../../../src/core/runtime/faulty-runtime.ts";
import type { InferenceRuntime } from "../../../src/core/runtime/inference-runtime.ts";
import { drawnByRule, PICTURE_RULE } from "../../../src/core/tasks/conformance.ts";
import { openDiskModel } from "./disk-models.ts";
import { InferenceHost } from "./inference-host.ts";
import { createNodeRuntime } from "./node-runtime.ts";
import type { NodeProvider } from "./node-runtime.ts";

const tiny = await openDiskModel("models/tiny/sd");
const signal = new AbortController().signal;
const ignore = (): void => undefined;
const cpu = createNodeRuntime("cpu");
const request = completeRequest({ prompt: "a cat", numSteps: 2, seed: 3 }, tiny.manifest, () => 0);

/** A model whose rule of sizes lets the tiny one draw larger pictures. */
const ruled: ModelFiles = {
  ...tiny,
  manifest: { ...tiny.manifest, sizeRule: { multipleOf: 16, min: 64, max: 256, maxPixels: 256 * 256 } },
};
const large: GenerationRequest = { ...request, width: 192, height: 128, guidanceScale: 1 };

function draw(runtime: InferenceRuntime, drawn = request, model = tiny) {
  const inputs = { initImage: drawnByRule(PICTURE_RULE) };
  return generate(drawn, model, runtime, { signal, inputs });
}

describe("R28 what is broken is noticed, whatever breaks and however", () => {
  test.each<[Fault["component"], Fault["kind"], string]>([
    ["text_encoder", "nan", "evaluation 1 is "],
    ["unet", "nan", "evaluation 1 is "],
    ["unet", "infinity", "evaluation 1 is "],
    ["unet", "constant", "evaluation 1 is 0.25 everywhere"],
    ["vae_decoder", "nan", "no numbers"],
    ["vae_decoder", "infinity", "no numbers"],
    ["vae_decoder", "constant", "one flat colour"],
    ["vae_encoder", "nan", "the input picture"],
  ])("%s gives %s", async (component, kind, words) => {
    const fromPicture = { ...request, initImage: "a picture", strength: 1 };
    await expect(draw(faultyRuntime(cpu, { component, kind }), fromPicture)).rejects.toMatchObject({
      code: "invalid_output",
      message: expect.stringContaining(words) as string,
    });
  });

  test("in the middle of a picture too", async () => {
    const late = faultyRuntime(cpu, { component: "unet", kind: "nan", from: 1 });
    await expect(draw(late)).rejects.toMatchObject({
      code: "invalid_output",
      message: expect.stringContaining("evaluation 2") as string,
    });
  });
});

describe("R28 where memory suffices for tiles alone", () => {
  // 64 latent pixels are 8 x 8 of 4 channels: a tile of 12 x 12 fits, the whole 24 x 16 does not.
  const decoder: Fault = { component: "vae_decoder", kind: "out_of_memory", above: 4 * 12 * 12 };

  test("the picture is decoded in tiles, nearly as in one piece, and the result says so", async () => {
    const whole = await draw(cpu, large, ruled);
    const tiled = await draw(faultyRuntime(cpu, decoder), large, ruled);
    expect(whole.result.notices).toBeUndefined();
    expect(tiled.result.notices).toEqual([
      "Memory did not suffice for the whole picture: it is decoded in smaller tiles.",
    ]);
    expect([tiled.image.width, tiled.image.height]).toEqual([192, 128]);
    const error = whole.image.data.reduce((sum, value, i) => sum + (value - tiled.image.data[i]!) ** 2, 0);
    const psnr = 10 * Math.log10(255 ** 2 / (error / whole.image.data.length));
    // Norms and attention of this random autoencoder look at the whole picture, in a tile at the tile.
    expect(psnr).toBeGreaterThan(20);
  });

  test("an input picture is encoded in tiles", async () => {
    const fromPicture = { ...large, initImage: "a picture", strength: 1 };
    const encoder: Fault = { component: "vae_encoder", kind: "out_of_memory", above: 3 * 96 * 96 };
    const { result } = await draw(faultyRuntime(cpu, encoder), fromPicture, ruled);
    expect(result.notices).toEqual([
      "Memory did not suffice for the whole picture: it is encoded in smaller tiles.",
    ]);
  });
});

describe("R28 what the server's GPU can't draw is drawn by its processor, and its user is told", () => {
  /** A host whose GPU is the processor, misbehaving. */
  const hostWith = (fault: Fault): { host: InferenceHost; asked: NodeProvider[] } => {
    const asked: NodeProvider[] = [];
    const create = (provider: NodeProvider): InferenceRuntime => {
      asked.push(provider);
      return provider === "cpu" ? cpu : faultyRuntime({ ...cpu, provider }, fault);
    };
    return {
      host: new InferenceHost({ modelsDirs: ["models/tiny"], provider: "webgpu", warmMegabytes: 0 }, create),
      asked,
    };
  };

  test.each<Fault>([
    { component: "unet", kind: "nan" },
    { component: "unet", kind: "load" },
    { component: "unet", kind: "device_lost", from: 1 },
    { component: "vae_decoder", kind: "constant" },
    { component: "vae_decoder", kind: "out_of_memory" },
  ])("$component: $kind", async (fault) => {
    const { host, asked } = hostWith(fault);
    const { result } = await host.draw(signal, request, ignore);
    expect(result.provider).toBe("cpu");
    expect(result.notices).toEqual([
      expect.stringMatching(/^The server's GPU could not draw it: .* Its processor drew it instead\.$/),
    ]);
    // The next picture tries the GPU again, on sessions of its own.
    await host.draw(signal, request, ignore);
    expect(asked).toEqual(["webgpu", "cpu", "webgpu", "cpu"]);
  });

  test("what the processor can't draw either is reported", async () => {
    const broken: Fault = { component: "unet", kind: "nan" };
    const everywhere = new InferenceHost(
      { modelsDirs: ["models/tiny"], provider: "cuda", warmMegabytes: 0 },
      (provider) => faultyRuntime({ ...cpu, provider }, broken),
    );
    await expect(everywhere.draw(signal, request, ignore)).rejects.toMatchObject({ code: "invalid_output" });
  });

  test("a refused request is not tried again", async () => {
    const { host, asked } = hostWith({ component: "unet", kind: "nan" });
    const refused = host.draw(signal, { ...request, width: 72 }, ignore);
    await expect(refused).rejects.toMatchObject({ code: "unsupported_size" });
    expect(asked).toEqual(["webgpu"]);
  });
});
