import { describe, expect, it } from "vitest";
import type { GenerationRequest } from "../contracts/request.ts";
import type { StepSeconds } from "./step-clock.ts";
import { expectSeconds, lastPlaceHere, rememberSpeed, seemsFastEnough } from "./device-speed.ts";

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

/** A picture whose steps took `first` and then `later` seconds each, with what it took beside that and decoding. */
function took(steps: StepSeconds, numSteps: number, decode: number, beside: number, cold = false) {
  const total = steps.first + (steps.later ?? 0) * (numSteps - 1) + decode + beside;
  return { steps, decode, total, cold };
}

describe("what WASM would take", () => {
  it("knows nothing before the first picture, nor about another model", () => {
    const storage = memory();
    expect(expectSeconds(storage, "wasm", request(), false)).toBeNull();
    rememberSpeed(storage, "wasm", request(), took({ first: 0.3, later: 0.3 }, 10, 1, 0));
    expect(expectSeconds(storage, "wasm", request({ model: "other" }), false)).toBeNull();
  });

  it("grows with steps and pixels, and halves where there is no guidance", () => {
    const storage = memory();
    rememberSpeed(storage, "wasm", request(), took({ first: 0.3, later: 0.3 }, 10, 1, 0));
    const expected = (changes: Partial<GenerationRequest> = {}) =>
      expectSeconds(storage, "wasm", request(changes), false);
    expect(expected()).toBeCloseTo(3 + 1);
    expect(expected({ numSteps: 30 })).toBeCloseTo(9 + 1);
    expect(expected({ width: 256, height: 256 })).toBeCloseTo(12 + 4);
    expect(expected({ guidanceScale: 1 })).toBeCloseTo(1.5 + 1);
    // Half of the steps are left out; a second pass at twice the size takes 5 steps of four times the work.
    expect(expected({ initImage: "a", strength: 0.5 })).toBeCloseTo(1.5 + 1);
    const secondPass = { scale: 2, numSteps: 10, strength: 0.5 };
    expect(expected({ secondPass })).toBeCloseTo(3 + 1 + 6 + 4);
  });

  it("counts the loading, and what the first step takes longer, where the model is not loaded yet", () => {
    const storage = memory();
    rememberSpeed(storage, "wasm", request(), took({ first: 1.3, later: 0.3 }, 10, 1, 2.5, true));
    expect(expectSeconds(storage, "wasm", request(), true)).toBeCloseTo(2.5 + 1 + 3 + 1);
    expect(expectSeconds(storage, "wasm", request(), false)).toBeCloseTo(3 + 1);
    // Where memory is short it is loaded for every picture.
    rememberSpeed(storage, "wasm", request(), took({ first: 0.3, later: 0.3 }, 10, 1, 2, false));
    expect(expectSeconds(storage, "wasm", request(), false)).toBeCloseTo(2 + 3 + 1);
    expect(expectSeconds(storage, "wasm", request(), true)).toBeCloseTo(3.5 + 3 + 1);
  });

  it("a first picture of one step says nothing of others, and later ones nothing against what is known", () => {
    const storage = memory();
    const one = request({ numSteps: 1 });
    rememberSpeed(storage, "wasm", one, took({ first: 5, later: null }, 1, 1, 2, true));
    expect(expectSeconds(storage, "wasm", one, false)).toBeNull();
    expect(expectSeconds(storage, "wasm", request({ numSteps: 60 }), false)).toBeNull();
    // With the model loaded before, a single step is as good as any.
    rememberSpeed(storage, "wasm", one, took({ first: 0.2, later: null }, 1, 1, 0));
    expect(expectSeconds(storage, "wasm", request({ numSteps: 60 }), false)).toBeCloseTo(12 + 1);

    rememberSpeed(storage, "wasm", request(), took({ first: 0.1, later: 0.1 }, 10, 1, 0));
    rememberSpeed(storage, "wasm", one, took({ first: 5, later: null }, 1, 1, 2, true));
    expect(expectSeconds(storage, "wasm", request({ numSteps: 60 }), false)).toBeCloseTo(6 + 1);
    expect(expectSeconds(storage, "wasm", request({ numSteps: 60 }), true)).toBeCloseTo(4.9 + 2 + 6 + 1);
  });

  it("knows where this device drew last, unless the server did since", () => {
    const storage = memory();
    expect(lastPlaceHere(storage, "easel-mini")).toBeNull();
    const picture = took({ first: 0.3, later: 0.3 }, 10, 1, 0);
    rememberSpeed(storage, "wasm", request(), picture, 1);
    rememberSpeed(storage, "webgpu", request(), picture, 2);
    expect(lastPlaceHere(storage, "easel-mini")).toBe("webgpu");
    expect(lastPlaceHere(storage, "other")).toBeNull();
    rememberSpeed(storage, "server", request(), picture, 3);
    expect(lastPlaceHere(storage, "easel-mini")).toBeNull();
  });

  it("forgets after a day: the device may have been busy", () => {
    const storage = memory();
    rememberSpeed(storage, "wasm", request(), took({ first: 30, later: 30 }, 10, 1, 0), 0);
    const day = 24 * 60 * 60 * 1000;
    expect(expectSeconds(storage, "wasm", request(), false, day)).toBeCloseTo(301);
    expect(expectSeconds(storage, "wasm", request(), false, day + 1)).toBeNull();
  });

  it("reads damaged storage as nothing known", () => {
    for (const text of [
      "{",
      "null",
      '{"easel-mini":"fast"}',
      '{"easel-mini":{"stepPerUnit":-1,"decodePerPixel":0,"besideCold":null,"besideWarm":null,"measuredAt":0}}',
    ]) {
      const storage = { getItem: () => text };
      expect(expectSeconds(storage, "wasm", request(), false)).toBeNull();
    }
  });

  it("tells a very slow device by the probe's look at its processor", () => {
    expect(seemsFastEnough(4)).toBe(false);
    expect(seemsFastEnough(200)).toBe(true);
  });
});
