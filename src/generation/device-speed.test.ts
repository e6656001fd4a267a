import { describe, expect, it } from "vitest";
import type { GenerationRequest } from "../contracts/request.ts";
import { expectSeconds, rememberSpeed, seemsFastEnough } from "./device-speed.ts";

const request = (changes: Partial<GenerationRequest> = {}): GenerationRequest => ({
  prompt: "a cat",
  negativePrompt: "",
  promptSyntax: "a1111",
  model: "easel-mini",
  numSteps: 10,
  guidanceScale: 3,
  scheduler: "ddim",
  sigmas: "default",
  seed: 7,
  width: 128,
  height: 128,
  ...changes,
});

function memory() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

describe("what WASM would take", () => {
  it("knows nothing before the first picture, nor about another model", () => {
    const storage = memory();
    expect(expectSeconds(storage, "wasm", request())).toBeNull();
    rememberSpeed(storage, "wasm", request(), { denoise: 3, decode: 1 });
    expect(expectSeconds(storage, "wasm", request({ model: "other" }))).toBeNull();
  });

  it("grows with steps and pixels, and halves where there is no guidance", () => {
    const storage = memory();
    rememberSpeed(storage, "wasm", request(), { denoise: 3, decode: 1 });
    expect(expectSeconds(storage, "wasm", request())).toBeCloseTo(4);
    expect(expectSeconds(storage, "wasm", request({ numSteps: 30 }))).toBeCloseTo(12);
    expect(expectSeconds(storage, "wasm", request({ width: 256, height: 256 }))).toBeCloseTo(16);
    expect(expectSeconds(storage, "wasm", request({ guidanceScale: 1 }))).toBeCloseTo(2);
    // Half of the steps are left out; a second pass at twice the size takes 5 steps of four times the work.
    expect(expectSeconds(storage, "wasm", request({ initImage: "a", strength: 0.5 }))).toBeCloseTo(2);
    const secondPass = { scale: 2, numSteps: 10, strength: 0.5 };
    expect(expectSeconds(storage, "wasm", request({ secondPass }))).toBeCloseTo(12);
  });

  it("forgets after a day: the device may have been busy", () => {
    const storage = memory();
    rememberSpeed(storage, "wasm", request(), { denoise: 300, decode: 1 }, 0);
    const day = 24 * 60 * 60 * 1000;
    expect(expectSeconds(storage, "wasm", request(), day)).toBeCloseTo(301);
    expect(expectSeconds(storage, "wasm", request(), day + 1)).toBeNull();
  });

  it("reads damaged storage as nothing known", () => {
    for (const text of [
      "{",
      "null",
      '{"easel-mini":"fast"}',
      '{"easel-mini":{"secondsPerUnit":-1,"measuredAt":0}}',
    ]) {
      const storage = { getItem: () => text };
      expect(expectSeconds(storage, "wasm", request())).toBeNull();
    }
  });

  it("tells a very slow device by the probe's look at its processor", () => {
    expect(seemsFastEnough(4)).toBe(false);
    expect(seemsFastEnough(200)).toBe(true);
  });
});
