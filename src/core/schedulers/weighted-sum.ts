import type { Latents } from "./scheduler.ts";

/**
 * The sum of weight x values over all terms, rounded to float32 after every product and every addition, from the
 * first term to the last: PyTorch's arithmetic. Where terms of 10^4 all but cancel, the order decides the digits.
 */
export function weightedSum(...terms: readonly (readonly [weight: number, values: Float32Array])[]): Latents {
  const [first, second, ...rest] = terms;
  const sum = new Float32Array(first![1].length);
  if (second === undefined || second[0] === 0) scaleInto(sum, ...first!);
  else scaleTwoInto(sum, ...first!, ...second);
  for (const [weight, values] of rest) if (weight !== 0) addInto(sum, weight, values);
  return sum;
}

// Loops of their own, over nothing but numbers: the engine compiles them once, and well.

function scaleInto(sum: Latents, weight: number, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = weight * values[i]!;
}

function scaleTwoInto(
  sum: Latents,
  weight: number,
  values: Float32Array,
  otherWeight: number,
  others: Float32Array,
): void {
  for (let i = 0; i < sum.length; i++) {
    sum[i] = Math.fround(weight * values[i]!) + Math.fround(otherWeight * others[i]!);
  }
}

function addInto(sum: Latents, weight: number, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + Math.fround(weight * values[i]!);
}
