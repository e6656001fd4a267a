import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { TorchGenerator } from "../tensor/generator.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { applyEmphasis } from "./apply-emphasis.ts";

const states = floatTensor([1, 2, 2], Float32Array.of(1, 2, 3, 4));

test("each token's state is multiplied by its weight, then all so that the mean is as before", () => {
  const weighted = applyEmphasis(states, [1, 2]).data;
  // [1, 2, 6, 8] has the sum 17, the original 10.
  [1, 2, 6, 8].forEach((value, i) => expect(weighted[i]).toBeCloseTo((value * 10) / 17, 6));
});

/** Made-up states, emphasised in torch (models/lab, `python -m lab.vectors --only prompt`). */
const { cases } = JSON.parse(readFileSync("models/lab/vectors/emphasis.json", "utf8")) as {
  cases: { seed: number; shift: number; weights: number[]; rows: [number, number[]][] }[];
};
test.each(cases)("normals of seed $seed moved by $shift", ({ seed, shift, weights, rows }) => {
  const width = rows[0]![1].length;
  const normals = new TorchGenerator(seed).randn(weights.length * width).map((value) => value + shift);
  const { data } = applyEmphasis(floatTensor([1, weights.length, width], normals), weights);
  for (const [row, expected] of rows) {
    const difference = Math.max(...expected.map((value, i) => Math.abs(value - data[row * width + i]!)));
    expect(difference / Math.max(...expected.map(Math.abs)), `row ${row}`).toBeLessThanOrEqual(1e-5);
  }
});

test("without emphasis the states are the very same", () => {
  expect(applyEmphasis(states, [1, 1])).toBe(states);
});

test("a mean that changes its sign is restored with the sign of all states", () => {
  const around = floatTensor([1, 2, 1], Float32Array.of(3, -2));
  expect([...applyEmphasis(around, [1, 2]).data]).toEqual([-3, 4]);
});

test("a mean next to nothing is not restored, nor one that the weights made nothing", () => {
  const centred = floatTensor([1, 2, 2], Float32Array.of(1, -1, 1, -0.99));
  expect([...applyEmphasis(centred, [1, 2]).data]).toEqual([1, -1, 2, Math.fround(-1.98)]);
  const undone = floatTensor([1, 2, 1], Float32Array.of(2, -1));
  expect([...applyEmphasis(undone, [1, 2]).data]).toEqual([2, -2]);
});
