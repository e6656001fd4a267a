import { trainingSigmas } from "./noise-schedule.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import { interpolate, respaceSigmas, timestepOfSigma } from "./sigma-spacing.ts";
import type { SigmaSpacing } from "./sigma-spacing.ts";
import { spacedTimesteps } from "./timestep-spacing.ts";

export interface SigmaSchedule {
  timesteps: number[];
  /** One more than the timesteps: the last is what the picture ends at, mostly 0. float32, as PyTorch keeps them. */
  sigmas: Float32Array;
  initNoiseSigma: number;
}

/** Timesteps and sigmas of the methods that work in sigma space (Euler and its kin; k-diffusion's formulation). */
export function sigmaSchedule(
  config: SchedulerConfig,
  numSteps: number,
  spacing: SigmaSpacing,
): SigmaSchedule {
  const table = trainingSigmas(config);
  const timestepSpacing = config.timestepSpacing ?? "linspace";
  let timesteps = spacedTimesteps(timestepSpacing, numSteps, config.numTrainTimesteps, config.stepsOffset);
  let sigmas = timesteps.map((timestep) => interpolate(table, timestep));
  const wanted = spacing === "default" ? config.sigmas : spacing;
  if (wanted !== "default") {
    sigmas = respaceSigmas(wanted, sigmas[0]!, sigmas.at(-1)!, numSteps);
    timesteps = sigmas.map((sigma) => timestepOfSigma(sigma, table));
  }
  const final = config.finalSigmasType === "zero" ? 0 : table[0]!;
  const all = Float32Array.from([...sigmas, final]);
  const max = Math.max(...all);
  const initNoiseSigma = timestepSpacing === "leading" ? Math.sqrt(max ** 2 + 1) : max;
  return { timesteps: timesteps.map(Math.fround), sigmas: all, initNoiseSigma };
}

/** In sigma space a sample is signal + sigma x noise; the denoiser was trained on unit variance. */
export function scaleBySigma(sample: Float32Array, sigma: number): Float32Array<ArrayBuffer> {
  const scale = 1 / Math.sqrt(sigma ** 2 + 1);
  return Float32Array.from(sample, (value) => value * scale);
}
