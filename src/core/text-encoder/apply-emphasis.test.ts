import { expect, test } from "vitest";
import { floatTensor } from "../tensor/tensor.ts";
import { applyEmphasis } from "./apply-emphasis.ts";

const states = floatTensor([1, 2, 2], Float32Array.of(1, 2, 3, 4));

test("each token's state is multiplied by its weight, then all so that the mean is as before", () => {
  const weighted = applyEmphasis(states, [1, 2]).data;
  // [1, 2, 6, 8] has the sum 17, the original 10.
  [1, 2, 6, 8].forEach((value, i) => expect(weighted[i]).toBeCloseTo((value * 10) / 17, 6));
});

test("without emphasis the states are the very same", () => {
  expect(applyEmphasis(states, [1, 1])).toBe(states);
});

test("a mean that can't be restored leaves the weighted states finite", () => {
  const zero = floatTensor([1, 2, 1], Float32Array.of(1, -1));
  expect([...applyEmphasis(zero, [2, 2]).data]).toEqual([2, -2]);
});

test("a mean that changes its sign is restored with the sign of all states", () => {
  const around = floatTensor([1, 2, 1], Float32Array.of(3, -2));
  expect([...applyEmphasis(around, [1, 2]).data]).toEqual([-3, 4]);
});
