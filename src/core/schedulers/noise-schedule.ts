import type { Settings } from "./settings.ts";

/**
 * The share of the signal left after t + 1 noising steps, the product of (1 - beta), for every training timestep.
 * Rounded to float32 where PyTorch rounds: near the end of a cosine schedule 1 - beta is 0.001, and float32 knows
 * beta only to 3e-8, so that double precision would give another schedule than the model was trained with.
 */
export function alphasCumprod(settings: Settings): Readonly<Float32Array> {
  const known = computed.get(settings);
  if (known !== undefined) return known;
  const betas = settings.rescaleBetasZeroSnr
    ? rescaleToZeroTerminalSnr(betasOf(settings))
    : betasOf(settings);
  const alphas = cumulativeProduct(betas);
  computed.set(settings, alphas);
  return alphas;
}

/** A thousand numbers for each picture are felt beside a small model's steps: one table for the same settings. */
const computed = new WeakMap<Settings, Readonly<Float32Array>>();

/** Noise over signal of each training timestep, ascending: sqrt((1 - a) / a). */
export function trainingSigmas(settings: Settings): Float32Array {
  const alphas = Float32Array.from(alphasCumprod(settings));
  // A terminal signal of exactly zero would be an infinite sigma; diffusers takes 2^-24 there.
  if (settings.rescaleBetasZeroSnr) alphas[alphas.length - 1] = 2 ** -24;
  return alphas.map((alpha) => Math.sqrt(Math.fround(Math.fround(1 - alpha) / alpha)));
}

function betasOf(settings: Settings): Float32Array {
  const { numTrainTimesteps: count, betaStart, betaEnd } = settings;
  if (settings.trainedBetas !== undefined) return Float32Array.from(settings.trainedBetas);
  switch (settings.betaSchedule) {
    case "linear":
      return linspace32(betaStart, betaEnd, count);
    case "scaled_linear":
      return linspace32(Math.sqrt(betaStart), Math.sqrt(betaEnd), count).map((root) => root * root);
    case "squaredcos_cap_v2": {
      // Nichol and Dhariwal (2021), equation 17; a beta is kept under 1.
      const signal = (time: number): number => Math.cos((((time + 0.008) / 1.008) * Math.PI) / 2) ** 2;
      return Float32Array.from({ length: count }, (_, i) =>
        Math.min(1 - signal((i + 1) / count) / signal(i / count), 0.999),
      );
    }
  }
}

/** torch.linspace in float32: counted from both ends towards the middle, each number rounded once. */
function linspace32(start: number, end: number, count: number): Float32Array {
  const first = Math.fround(start);
  const last = Math.fround(end);
  const stride = Math.fround(Math.fround(last - first) / (count - 1));
  const middle = Math.floor(count / 2);
  return Float32Array.from({ length: count }, (_, i) =>
    i < middle ? first + stride * i : last - stride * (count - 1 - i),
  );
}

/** Lin et al. (2023), "Common Diffusion Noise Schedules and Sample Steps are Flawed", algorithm 1. */
function rescaleToZeroTerminalSnr(betas: Float32Array): Float32Array {
  const roots = cumulativeProduct(betas).map(Math.sqrt);
  const first = roots[0]!;
  const last = roots[roots.length - 1]!;
  const factor = Math.fround(first / Math.fround(first - last));
  const alphas = roots.map((root) => Math.fround(root - last) * factor).map((root) => root * root);
  return alphas.map((alpha, i) => 1 - (i === 0 ? alpha : Math.fround(alpha / alphas[i - 1]!)));
}

function cumulativeProduct(betas: Float32Array): Float32Array {
  let product = 1;
  return betas.map((beta) => (product *= Math.fround(1 - beta)));
}
