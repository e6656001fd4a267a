import type { PredictionType } from "./scheduler-config.ts";

/** How much of a sample is signal and how much noise: x = signal x0 + noise epsilon. */
export interface Mixture {
  signal: number;
  noise: number;
}

/** Variance-preserving: signal^2 + noise^2 = 1, from the cumulative product of alphas. */
export function mixtureOfAlpha(alphaCumprod: number): Mixture {
  return { signal: Math.sqrt(alphaCumprod), noise: Math.sqrt(1 - alphaCumprod) };
}

/** Variance-preserving, from sigma = noise over signal. */
export function mixtureOfSigma(sigma: number): Mixture {
  const signal = 1 / Math.sqrt(sigma ** 2 + 1);
  return { signal, noise: sigma * signal };
}

/** x = signal x0 + noise epsilon: clean latents made as noisy as a mixture says. */
export function mix(
  { signal, noise }: Mixture,
  original: Float32Array,
  epsilon: Float32Array,
): Float32Array<ArrayBuffer> {
  const noisy = new Float32Array(original.length);
  for (let i = 0; i < noisy.length; i++) noisy[i] = signal * original[i]! + noise * epsilon[i]!;
  return noisy;
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
): Float32Array<ArrayBuffer> {
  const original = new Float32Array(sample.length);
  for (let i = 0; i < original.length; i++) {
    const output = modelOutput[i]!;
    if (type === "epsilon") original[i] = (sample[i]! - noise * output) / signal;
    else if (type === "v_prediction") original[i] = signal * sample[i]! - noise * output;
    else original[i] = output;
  }
  return original;
}

/** The noise that a model's answer stands for, given the sample in variance-preserving scale. */
export function predictNoise(
  type: PredictionType,
  modelOutput: Float32Array,
  sample: Float32Array,
  { signal, noise }: Mixture,
): Float32Array<ArrayBuffer> {
  const epsilon = new Float32Array(sample.length);
  for (let i = 0; i < epsilon.length; i++) {
    const output = modelOutput[i]!;
    if (type === "epsilon") epsilon[i] = output;
    else if (type === "v_prediction") epsilon[i] = signal * output + noise * sample[i]!;
    else epsilon[i] = (sample[i]! - signal * output) / noise;
  }
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
): Float32Array<ArrayBuffer> {
  const { signal, noise } = mixtureOfSigma(sigma);
  const original = new Float32Array(sample.length);
  for (let i = 0; i < original.length; i++) {
    const output = modelOutput[i]!;
    if (type === "epsilon") original[i] = sample[i]! - sigma * output;
    else if (type === "v_prediction") original[i] = signal * signal * sample[i]! - noise * output;
    else original[i] = output;
  }
  return original;
}
