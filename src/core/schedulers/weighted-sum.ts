import type { Latents } from "./scheduler.ts";

/**
 * The sum of weight x values over all terms, rounded to float32 after every product and every addition, from the
 * first term to the last: PyTorch's arithmetic. Where terms of 10^4 all but cancel, the order decides the digits.
 */
export function weightedSum(...terms: readonly (readonly [weight: number, values: Float32Array])[]): Latents {
  const [first, ...rest] = terms;
  const [firstWeight, firstValues] = first!;
  const sum = new Float32Array(firstValues.length);
  for (let i = 0; i < sum.length; i++) sum[i] = firstWeight * firstValues[i]!;
  for (const [weight, values] of rest) {
    if (weight === 0) continue;
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + Math.fround(weight * values[i]!);
  }
  return sum;
}
