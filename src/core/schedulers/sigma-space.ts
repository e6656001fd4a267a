import { trainingSigmas } from "./noise-schedule.ts";
import { clamp, deviation, mix, predictOriginalAtSigma } from "./prediction.ts";
import type { Latents, Randn, Scheduler, StepResult } from "./scheduler.ts";
import type { DiffusersClass, Settings } from "./settings.ts";
import { interpolate, respaceSigmas, timestepFinder } from "./sigma-spacing.ts";
import { spacedTimesteps } from "./timestep-spacing.ts";

/** How diffusers' classes of second order read the file (Heun, DPM++ SDE). */
export const SECOND_ORDER_CLASS: DiffusersClass = {
  defaults: { betaStart: 0.00085, betaEnd: 0.012 },
  fixed: { finalSigmasType: "zero" },
  only: { sigma_min: [], sigma_max: [] },
};

/** Where a method in sigma space goes. */
export interface SigmaSchedule {
  /** One for each step, noisiest first. */
  timesteps: number[];
  /** One more than the timesteps: the last is what the picture ends at, mostly 0. float32, as PyTorch keeps them. */
  sigmas: Float32Array;
  /** The same before they are rounded, without the last. */
  exactSigmas: readonly number[];
  /** The fractional training timestep of any sigma. */
  timestepOf: (sigma: number) => number;
}

/**
 * What Euler, Heun and DPM++ SDE share: samples are x0 + sigma epsilon, as in k-diffusion (Karras et al., 2022), and
 * the denoiser, trained on variance 1, sees them scaled.
 */
export abstract class SigmaSpaceScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma: number;
  readonly order: 1 | 2 = 1;
  protected readonly settings: Settings;
  protected readonly sigmas: Float32Array;

  /** @param evaluations the timesteps at which the denoiser is asked, where they are others than the steps' */
  constructor(
    settings: Settings,
    numSteps: number,
    evaluations: (schedule: SigmaSchedule) => number[] = ({ timesteps }) => timesteps,
  ) {
    const schedule = sigmaSchedule(settings, numSteps);
    const max = schedule.sigmas.reduce((a, b) => Math.max(a, b));
    this.settings = settings;
    this.sigmas = schedule.sigmas;
    this.timesteps = evaluations(schedule);
    this.initNoiseSigma = settings.timestepSpacing === "leading" ? deviation(max) : max;
  }

  scaleModelInput(sample: Latents, index: number): Latents {
    const divisor = deviation(this.sigmaAt(index));
    const scaled = new Float32Array(sample.length);
    for (let i = 0; i < scaled.length; i++) scaled[i] = sample[i]! / divisor;
    return scaled;
  }

  addNoise(original: Float32Array, noise: Float32Array, index: number): Latents {
    return mix({ signal: 1, noise: this.sigmaAt(index) }, original, noise);
  }

  abstract step(modelOutput: Float32Array, index: number, sample: Latents, randn: Randn): StepResult;

  /** The clean latents that the model's answer stands for, and the slope towards them at the sample. */
  protected readAnswer(
    modelOutput: Float32Array,
    index: number,
    sample: Latents,
  ): { predictedOriginal: Latents; slope: Latents } {
    const { predictionType, clipSample, clipSampleRange } = this.settings;
    const sigma = this.sigmaAt(index);
    const predictedOriginal = predictOriginalAtSigma(predictionType, modelOutput, sample, sigma);
    if (clipSample) clamp(predictedOriginal, clipSampleRange);
    return { predictedOriginal, slope: derivative(sample, predictedOriginal, sigma) };
  }

  /** The noise in the sample at evaluation `index`. */
  protected sigmaAt(index: number): number {
    return this.sigmas[index]!;
  }
}

/** The direction in which the sample moves with sigma: (x - x0) / sigma, equation 3 of Karras et al. */
function derivative(sample: Latents, original: Latents, sigma: number): Latents {
  const slope = new Float32Array(sample.length);
  for (let i = 0; i < slope.length; i++) slope[i] = Math.fround(sample[i]! - original[i]!) / sigma;
  return slope;
}

function sigmaSchedule(settings: Settings, numSteps: number): SigmaSchedule {
  const { timestepSpacing, numTrainTimesteps, stepsOffset, finalSigmasType } = settings;
  const table = trainingSigmas(settings);
  const timestepOf = timestepFinder(table);
  let timesteps = spacedTimesteps(timestepSpacing, numSteps, numTrainTimesteps, stepsOffset).map(Math.fround);
  let exactSigmas = timesteps.map((timestep) => interpolate(table, timestep));
  if (settings.sigmas !== "default") {
    exactSigmas = respaceSigmas(settings.sigmas, exactSigmas[0]!, exactSigmas.at(-1)!, numSteps);
    timesteps = exactSigmas.map(timestepOf);
  }
  const final = finalSigmasType === "zero" ? 0 : table[0]!;
  return { timesteps, sigmas: Float32Array.from([...exactSigmas, final]), exactSigmas, timestepOf };
}
