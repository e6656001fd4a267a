import { expect, test } from "vitest";
import { loadsAhead, loadsInTurn, type DeviceMemory } from "./memory-plan.ts";

const GIB = 2 ** 30;
const model = (...sizes: number[]) => ({
  files: sizes.map((size, i) => ({ path: `${i}/model.onnx`, size, sha256: "0".repeat(64) })),
});

test.each<[string, DeviceMemory, boolean]>([
  ["a desk computer of 8 GiB keeps 2.5 GB warm", { memoryBytes: 8 * GIB, mobile: false }, false],
  ["one of 4 GiB loads them in turn", { memoryBytes: 4 * GIB, mobile: false }, true],
  ["a phone that does not tell loads them in turn", { memoryBytes: null, mobile: true }, true],
  ["a desk computer that does not tell keeps them warm", { memoryBytes: null, mobile: false }, false],
])("%s", (_, memory, inTurn) => {
  // SD-Turbo's: the denoiser, the text encoder, the decoder. None of them alone is too much for 4 GiB.
  expect(loadsInTurn(model(1.733e9, 0.681e9, 0.099e9), memory)).toBe(inTurn);
});

test("the embedded model is kept warm on a phone", () => {
  expect(loadsInTurn(model(60e6), { memoryBytes: null, mobile: true })).toBe(false);
});

test.each<[string, number, DeviceMemory, boolean]>([
  ["the embedded model is loaded before it is asked for", 30e6, { memoryBytes: null, mobile: true }, true],
  ["a large one is not", 2.5e9, { memoryBytes: 8 * GIB, mobile: false }, false],
  ["one of 400 MB is, with 8 GiB", 400e6, { memoryBytes: 8 * GIB, mobile: false }, true],
  ["and is not where the memory is not told", 400e6, { memoryBytes: null, mobile: false }, false],
])("%s", (_, bytes, memory, ahead) => {
  expect(loadsAhead(model(bytes), memory)).toBe(ahead);
});
