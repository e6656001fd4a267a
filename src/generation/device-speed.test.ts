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
    rememberSpeed(storage, "wasm", request(), { first: 0.3, later: 0.3 }, 1);
    expect(expectSeconds(storage, "wasm", request({ model: "other" }))).toBeNull();
  });

  it("grows with steps and pixels, and halves where there is no guidance", () => {
    const storage = memory();
    rememberSpeed(storage, "wasm", request(), { first: 0.3, later: 0.3 }, 1);
    expect(expectSeconds(storage, "wasm", request())).toBeCloseTo(3 + 1);
    expect(expectSeconds(storage, "wasm", request({ numSteps: 30 }))).toBeCloseTo(9 + 1);
    expect(expectSeconds(storage, "wasm", request({ width: 256, height: 256 }))).toBeCloseTo(12 + 4);
    expect(expectSeconds(storage, "wasm", request({ guidanceScale: 1 }))).toBeCloseTo(1.5 + 1);
    // Half of the steps are left out; a second pass at twice the size takes 5 steps of four times the work.
    expect(expectSeconds(storage, "wasm", request({ initImage: "a", strength: 0.5 }))).toBeCloseTo(1.5 + 1);
    const secondPass = { scale: 2, numSteps: 10, strength: 0.5 };
    expect(expectSeconds(storage, "wasm", request({ secondPass }))).toBeCloseTo(3 + 1 + 6 + 4);
  });

  it("takes the first step for itself: where the model was just loaded it says nothing of the others", () => {
    const storage = memory();
    const one = request({ numSteps: 1 });
    rememberSpeed(storage, "wasm", one, { first: 5, later: null }, 1);
    expect(expectSeconds(storage, "wasm", one)).toBeCloseTo(6);
    expect(expectSeconds(storage, "wasm", request({ numSteps: 60 }))).toBeNull();

    rememberSpeed(storage, "wasm", request(), { first: 5, later: 0.1 }, 1);
    expect(expectSeconds(storage, "wasm", request({ numSteps: 61 }))).toBeCloseTo(5 + 6 + 1);
    // Another picture of one step leaves what is known of the others.
    rememberSpeed(storage, "wasm", one, { first: 0.2, later: null }, 1);
    expect(expectSeconds(storage, "wasm", request({ numSteps: 61 }))).toBeCloseTo(0.2 + 6 + 1);
  });

  it("forgets after a day: the device may have been busy", () => {
    const storage = memory();
    rememberSpeed(storage, "wasm", request(), { first: 30, later: 30 }, 1, 0);
    const day = 24 * 60 * 60 * 1000;
    expect(expectSeconds(storage, "wasm", request(), day)).toBeCloseTo(301);
    expect(expectSeconds(storage, "wasm", request(), day + 1)).toBeNull();
  });

  it("reads damaged storage as nothing known", () => {
    for (const text of [
      "{",
      "null",
      '{"easel-mini":"fast"}',
      '{"easel-mini":{"firstStepPerUnit":-1,"laterStepPerUnit":null,"decodePerPixel":0,"measuredAt":0}}',
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
