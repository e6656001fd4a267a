import { describe, expect, it } from "vitest";
import type { BackendReport } from "../contracts/diffusion-worker.ts";
import { EaselError } from "../contracts/errors.ts";
import { choosePlaces, SLOW_SECONDS, type Situation } from "./choose-place.ts";

const backend = (provider: "webgpu" | "wasm", changes: Partial<BackendReport> = {}): BackendReport => ({
  provider,
  available: true,
  software: false,
  fp16: false,
  threads: provider === "wasm" ? 4 : 0,
  lacks: null,
  ...changes,
});

const gpu = backend("webgpu");
const softwareGpu = backend("webgpu", { available: false, software: true, lacks: "hardware" });
const noGpu = backend("webgpu", { available: false, lacks: "adapter" });
const wasm = backend("wasm");

const situation = (changes: Partial<Situation> = {}): Situation => ({
  where: "auto",
  backends: [gpu, wasm],
  allowSoftware: false,
  secureContext: true,
  keepsModels: true,
  modelOnDevice: true,
  modelOnServer: true,
  wasmSeconds: null,
  seemsFastEnough: true,
  ...changes,
});

const places = (changes: Partial<Situation>) => choosePlaces(situation(changes)).map(({ place }) => place);

describe("choosing where to draw", () => {
  it("auto tries the GPU, then WASM, then the server", () => {
    expect(places({})).toEqual(["webgpu", "wasm", "server"]);
    expect(places({ backends: [noGpu, wasm] })).toEqual(["wasm", "server"]);
    expect(places({ backends: [noGpu, backend("wasm", { available: false })] })).toEqual(["server"]);
  });

  it("counts a software adapter as none, unless it was asked for", () => {
    expect(places({ backends: [softwareGpu, wasm] })).toEqual(["wasm", "server"]);
    expect(places({ backends: [softwareGpu, wasm], allowSoftware: true })).toEqual([
      "webgpu",
      "wasm",
      "server",
    ]);
  });

  it("goes to the server before a WASM that was measured as slow, and not before a quick one", () => {
    const slow = { backends: [noGpu, wasm], wasmSeconds: SLOW_SECONDS + 1 };
    expect(places(slow)).toEqual(["server", "wasm"]);
    expect(choosePlaces(situation(slow))[0].why).toContain(`${SLOW_SECONDS + 1} s`);
    expect(places({ ...slow, wasmSeconds: SLOW_SECONDS })).toEqual(["wasm", "server"]);
  });

  it("takes a device that was never measured by its threads and the benchmark; a measurement outdoes both", () => {
    const single = [noGpu, backend("wasm", { threads: 1 })];
    expect(places({ backends: single })).toEqual(["server", "wasm"]);
    expect(places({ backends: [noGpu, wasm], seemsFastEnough: false })).toEqual(["server", "wasm"]);
    expect(places({ backends: single, seemsFastEnough: false, wasmSeconds: 3 })).toEqual(["wasm", "server"]);
  });

  it("draws slowly here rather than on a server that has not answered or lacks the model", () => {
    const slow = { backends: [noGpu, wasm], wasmSeconds: 500 };
    expect(places({ ...slow, modelOnServer: null })).toEqual(["wasm", "server"]);
    expect(places({ ...slow, modelOnServer: false })).toEqual(["wasm"]);
  });

  it("keeps to the choice of its user: the device alone, or the server alone", () => {
    expect(places({ where: "device" })).toEqual(["webgpu", "wasm"]);
    expect(places({ where: "device", wasmSeconds: 500, backends: [noGpu, wasm] })).toEqual(["wasm"]);
    expect(places({ where: "server" })).toEqual(["server"]);
  });

  it("sends a model that only the server has to the server, and says so", () => {
    const [choice, ...others] = choosePlaces(situation({ modelOnDevice: false }));
    expect(choice).toEqual({ place: "server", why: "This model is on the server only." });
    expect(others).toEqual([]);
  });

  it("without a secure context draws on the server and says how that comes", () => {
    const [choice] = choosePlaces(situation({ secureContext: false, backends: [] }));
    expect(choice.place).toBe("server");
    expect(choice.why).toContain("https");
  });

  it("without a secure context says of the device alone what to do, not that the browser is too old", () => {
    const attempt = () => choosePlaces(situation({ where: "device", secureContext: false, backends: [] }));
    expect(attempt).toThrowError("This address is not secure (https)");
  });

  it("without a place to keep a model draws on the server, whatever else the browser has, and says so", () => {
    expect(choosePlaces(situation({ keepsModels: false }))).toEqual([
      { place: "server", why: "This browser gives the page no storage for a model." },
    ]);
    const attempt = () => choosePlaces(situation({ where: "device", keepsModels: false }));
    expect(attempt).toThrowError("no storage for a model");
  });

  it("says what is missing where it has no GPU and no WASM", () => {
    const [choice] = choosePlaces(situation({ backends: [noGpu] }));
    expect(choice.why).toContain("WebGPU is there, but gives no adapter.");
  });

  it("with no place at all fails with no_backend and a hint", () => {
    const attempt = () => choosePlaces(situation({ where: "device", backends: [noGpu] }));
    expect(attempt).toThrowError(EaselError);
    try {
      attempt();
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: "no_backend", hint: expect.stringContaining("Server") as string });
    }
  });
});
