import { floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/**
 * Under this share of the states' mean magnitude their mean is none: one word's weight would move it by half, and a
 * runtime's rounding by more than the eye forgives (docs/adr/0012).
 */
const SMALLEST_MEAN = 0.01;

/**
 * Multiplies each token's state by its weight, then scales the whole so that its mean is as before (AUTOMATIC1111's
 * "original" emphasis); states whose mean is next to nothing are not scaled (its "no norm"). States are
 * [1, tokens, D], one weight a token; without emphasis they come back untouched.
 */
export function applyEmphasis(states: FloatTensor, weights: readonly number[]): FloatTensor {
  if (weights.every((weight) => weight === 1)) return states;
  const width = states.data.length / weights.length;
  const weighted = states.data.map((value, i) => value * weights[Math.floor(i / width)]!);
  const before = sum(states.data);
  const scale = before / sum(weighted);
  const restored =
    Math.abs(before) >= SMALLEST_MEAN * sum(states.data.map(Math.abs)) && Number.isFinite(scale);
  return floatTensor(states.dims, restored ? weighted.map((value) => value * scale) : weighted);
}

function sum(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
