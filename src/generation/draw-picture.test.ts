import { describe, expect, it } from "vitest";
import { EaselError, type ErrorCode } from "../contracts/errors.ts";
import type { GenerationResult } from "../contracts/progress.ts";
import type { GenerationRequest } from "../contracts/request.ts";
import type { Choice } from "./choose-place.ts";
import { drawPicture } from "./draw-picture.ts";
import type { Drawer, Place } from "./drawer.ts";

const request: GenerationRequest = {
  prompt: "a cat",
  negativePrompt: "",
  promptSyntax: "a1111",
  model: "easel-mini",
  numSteps: 12,
  guidanceScale: 3,
  scheduler: "ddim",
  sigmas: "default",
  seed: 7,
  width: 128,
  height: 128,
};

const everywhere: Choice[] = [
  { place: "webgpu", why: "A GPU." },
  { place: "wasm", why: "Threads." },
  { place: "server", why: "A server." },
];

/** Draws with drawers of which some fail; tells where was tried, what was said and how it ended. */
async function draw(failures: Partial<Record<Place, ErrorCode>>, choices = everywhere, cancelled = false) {
  const tried: Choice[] = [];
  const notices: string[] = [];
  const abort = new AbortController();
  const drawer: Drawer = {
    draw: (_, place) => {
      if (cancelled) abort.abort();
      const code = failures[place];
      if (code !== undefined) return Promise.reject(new EaselError(code, `It failed with ${code}.`));
      const result: Partial<GenerationResult> = { seed: request.seed };
      return Promise.resolve({ png: new Blob([place]), result: result as GenerationResult });
    },
  };
  const outcome = await drawPicture(request, choices, () => drawer, {
    jobId: "job",
    signal: abort.signal,
    onProgress: () => undefined,
    onPlace: (choice) => tried.push(choice),
    onNotice: (notice) => notices.push(notice),
  }).then(
    (drawn) => ({ drawn: drawn.choice.place, failed: null }),
    (thrown: unknown) => ({ drawn: null, failed: (thrown as EaselError).code }),
  );
  return { ...outcome, tried, places: tried.map(({ place }) => place), notices };
}

describe("falling back (R28)", () => {
  it("says what went wrong on the way to a picture that came all the same", async () => {
    const notices: string[] = [];
    const result = { seed: 7, notices: ["Decoded in tiles."] } as unknown as GenerationResult;
    const drawer: Drawer = { draw: () => Promise.resolve({ png: new Blob(), result }) };
    await drawPicture(request, everywhere, () => drawer, {
      jobId: "job",
      signal: new AbortController().signal,
      onProgress: () => undefined,
      onPlace: () => undefined,
      onNotice: (notice) => notices.push(notice),
    });
    expect(notices).toEqual(["Decoded in tiles."]);
  });

  it("stays where it was put as long as nothing fails", async () => {
    expect(await draw({})).toMatchObject({ drawn: "webgpu", places: ["webgpu"], notices: [] });
  });

  it.each(["device_lost", "out_of_memory", "invalid_output"] as const)(
    "goes from the GPU to WASM after %s, then to the server, each said to the user",
    async (code) => {
      const once = await draw({ webgpu: code });
      expect(once.drawn).toBe("wasm");
      expect(once.notices).toEqual([
        `WebGPU could not draw it: It failed with ${code}. Drawing it on WASM instead.`,
      ]);
      expect(once.tried[1]?.why).toContain("WebGPU could not draw it");

      const twice = await draw({ webgpu: code, wasm: code });
      expect(twice.drawn).toBe("server");
      expect(twice.notices).toHaveLength(2);
      expect(twice.notices[1]).toContain("on the server instead");
    },
  );

  it.each(["model_corrupt", "download_failed", "quota_exceeded"] as const)(
    "after %s tries no other backend of this device, only the server",
    async (code) => {
      expect((await draw({ webgpu: code })).places).toEqual(["webgpu", "server"]);
    },
  );

  it.each(["invalid_request", "unsupported_size", "unknown_model"] as const)(
    "does not try elsewhere what was refused as %s",
    async (code) => {
      expect(await draw({ webgpu: code })).toMatchObject({ failed: code, places: ["webgpu"], notices: [] });
    },
  );

  it("does not go to the server where its user keeps to the device", async () => {
    const device = everywhere.slice(0, 2);
    const ended = await draw({ webgpu: "device_lost", wasm: "out_of_memory" }, device);
    expect(ended).toMatchObject({ failed: "out_of_memory", places: ["webgpu", "wasm"] });
  });

  it("comes back from a server that is down to a slow WASM", async () => {
    const slow: Choice[] = [everywhere[2]!, everywhere[1]!];
    expect(await draw({ server: "no_backend" }, slow)).toMatchObject({
      drawn: "wasm",
      places: ["server", "wasm"],
    });
  });

  it("tries nothing more once it was cancelled", async () => {
    const ended = await draw({ webgpu: "device_lost" }, everywhere, true);
    expect(ended).toMatchObject({ drawn: null, places: ["webgpu"], notices: [] });
  });
});
