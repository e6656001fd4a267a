import { floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/**
 * Multiplies each token's state by its weight, then scales the whole so that its mean is as before (AUTOMATIC1111's
 * "original" emphasis). States are [1, tokens, D], one weight a token; without emphasis they come back untouched.
 */
export function applyEmphasis(states: FloatTensor, weights: readonly number[]): FloatTensor {
  if (weights.every((weight) => weight === 1)) return states;
  const width = states.data.length / weights.length;
  const weighted = states.data.map((value, i) => value * weights[Math.floor(i / width)]!);
  const scale = sum(states.data) / sum(weighted);
  // A mean of zero can't be restored, nor restore: then the weighted states stay as they are.
  return floatTensor(
    states.dims,
    Number.isFinite(scale) && scale !== 0 ? weighted.map((value) => value * scale) : weighted,
  );
}

function sum(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
