import type { Latents } from "./scheduler.ts";
import type { PredictionType } from "./settings.ts";
import { weightedSum } from "./weighted-sum.ts";

/** How much of a sample is signal and how much noise: x = signal x0 + noise epsilon; both float32. */
export interface Mixture {
  signal: number;
  noise: number;
}

/** Variance-preserving: signal^2 + noise^2 = 1, from the cumulative product of alphas. */
export function mixtureOfAlpha(alphaCumprod: number): Mixture {
  return {
    signal: Math.fround(Math.sqrt(alphaCumprod)),
    noise: Math.fround(Math.sqrt(Math.fround(1 - alphaCumprod))),
  };
}

/** Variance-preserving, from sigma = noise over signal. */
export function mixtureOfSigma(sigma: number): Mixture {
  const signal = Math.fround(1 / deviation(sigma));
  return { signal, noise: Math.fround(sigma * signal) };
}

/** sqrt(sigma^2 + 1): the deviation of a sample in sigma space, x0 + sigma epsilon, whose x0 has variance 1. */
export function deviation(sigma: number): number {
  return Math.fround(Math.sqrt(Math.fround(Math.fround(sigma * sigma) + 1)));
}

/** x = signal x0 + noise epsilon: clean latents made as noisy as a mixture says. */
export function mix({ signal, noise }: Mixture, original: Float32Array, epsilon: Float32Array): Latents {
  return weightedSum([signal, original], [noise, epsilon]);
}

/**
 * The clean latents x0 that a model's answer stands for, given the sample in variance-preserving scale.
 * epsilon: Ho et al. (2020), equation 15; v = signal epsilon - noise x0: Salimans and Ho (2022), appendix D.
 */
export function predictOriginal(
  type: PredictionType,
  modelOutput: Float32Array,
  sample: Float32Array,
  { signal, noise }: Mixture,
): Latents {
  if (type === "sample") return new Float32Array(modelOutput);
  if (type === "v_prediction") return weightedSum([signal, sample], [-noise, modelOutput]);
  const original = weightedSum([1, sample], [-noise, modelOutput]);
  for (let i = 0; i < original.length; i++) original[i] = original[i]! / signal;
  return original;
}

/** The noise that a model's answer stands for, given the sample in variance-preserving scale. */
export function predictNoise(
  type: PredictionType,
  modelOutput: Float32Array,
  sample: Float32Array,
  { signal, noise }: Mixture,
): Float32Array {
  if (type === "epsilon") return modelOutput;
  if (type === "v_prediction") return weightedSum([signal, modelOutput], [noise, sample]);
  const epsilon = weightedSum([1, sample], [-signal, modelOutput]);
  for (let i = 0; i < epsilon.length; i++) epsilon[i] = epsilon[i]! / noise;
  return epsilon;
}

/**
 * The clean latents, given a sample in sigma space (x0 + sigma epsilon), which is the variance-preserving sample
 * times sqrt(sigma^2 + 1).
 */
export function predictOriginalAtSigma(
  type: PredictionType,
  modelOutput: Float32Array,
  sample: Float32Array,
  sigma: number,
): Latents {
  if (type === "sample") return new Float32Array(modelOutput);
  if (type === "epsilon") return weightedSum([1, sample], [-sigma, modelOutput]);
  const outputWeight = Math.fround(-sigma / deviation(sigma));
  const variance = Math.fround(Math.fround(sigma * sigma) + 1);
  const original = new Float32Array(sample.length);
  for (let i = 0; i < original.length; i++) {
    original[i] = Math.fround(modelOutput[i]! * outputWeight) + Math.fround(sample[i]! / variance);
  }
  return original;
}

/** Keeps every number within [-range, range]. */
export function clamp(values: Float32Array, range: number): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.min(Math.max(values[i]!, -range), range);
}
