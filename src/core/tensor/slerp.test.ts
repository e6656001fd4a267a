import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TorchGenerator } from "./generator.ts";
import { slerp } from "./slerp.ts";
import { elementCount, floatTensor } from "./tensor.ts";
import type { FloatTensor } from "./tensor.ts";

/** Noise between two seeds as PyTorch computes it (models/lab, `python -m lab.vectors --only random`). */
interface SlerpCase {
  kind: string;
  seeds: [number, number];
  strength: number;
  shape: number[];
  values: number[];
}
const { cases } = JSON.parse(readFileSync("models/lab/vectors/random.json", "utf8")) as {
  cases: SlerpCase[];
};

const noise = (seed: number, dims: number[]): FloatTensor =>
  floatTensor(dims, new TorchGenerator(seed).randn(elementCount(dims)));

describe("a variation seed's noise is AUTOMATIC1111's", () => {
  const slerps = cases.filter(({ kind }) => kind === "slerp");
  test.each(slerps.map((vector) => [vector.seeds.join(" to "), vector.strength, vector] as const))(
    "seed %s, strength %d",
    (_, strength, { seeds, shape, values }) => {
      const mixed = slerp(strength, noise(seeds[0], shape), noise(seeds[1], shape));
      expect(mixed.dims).toEqual(shape);
      const worst = Math.max(...values.map((value, i) => Math.abs(value - mixed.data[i]!)));
      // float32 on PyTorch's side, and normals that differ by up to 1e-6 themselves.
      expect(worst).toBeLessThan(5e-6);
    },
  );
});

test("halfway the noise keeps its variance, where a straight line would lose half of it", () => {
  const dims = [1, 4, 64, 64];
  const { data } = slerp(0.5, noise(1, dims), noise(2, dims));
  const variance = data.reduce((sum, value) => sum + value ** 2, 0) / data.length;
  expect(Math.abs(variance - 1)).toBeLessThan(0.03);
});

test("its ends are the two noises, which stay untouched", () => {
  const dims = [1, 4, 8, 8];
  const [low, high] = [noise(1, dims), noise(2, dims)];
  expect(slerp(0, low, high).data).toEqual(low.data);
  expect(slerp(1, low, high).data).toEqual(high.data);
  expect([low, high]).toEqual([noise(1, dims), noise(2, dims)]);
});

test("columns of one number, which have no arc between them, are mixed in a straight line", () => {
  const low = floatTensor([1, 1, 1, 2], Float32Array.of(1, 1));
  const high = floatTensor([1, 1, 1, 2], Float32Array.of(3, -1));
  expect([...slerp(0.5, low, high).data]).toEqual([2, 0]);
});
