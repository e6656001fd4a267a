import { mix, predictOriginalAtSigma } from "./prediction.ts";
import type { Scheduler, StepResult } from "./scheduler.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import { scaleBySigma, sigmaSchedule } from "./sigma-schedule.ts";
import type { SigmaSchedule } from "./sigma-schedule.ts";
import type { SigmaSpacing } from "./sigma-spacing.ts";

/** Euler's method on the probability flow: Karras et al. (2022), algorithm 2 without churn and correction. */
export class EulerScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma: number;
  readonly order = 1;
  readonly #schedule: SigmaSchedule;
  readonly #config: SchedulerConfig;

  constructor(config: SchedulerConfig, numSteps: number, spacing: SigmaSpacing) {
    this.#config = config;
    this.#schedule = sigmaSchedule(config, numSteps, spacing);
    this.timesteps = this.#schedule.timesteps;
    this.initNoiseSigma = this.#schedule.initNoiseSigma;
  }

  scaleModelInput(sample: Float32Array<ArrayBuffer>, index: number): Float32Array<ArrayBuffer> {
    return scaleBySigma(sample, this.#schedule.sigmas[index]!);
  }

  addNoise(original: Float32Array, noise: Float32Array, index: number): Float32Array<ArrayBuffer> {
    return mix({ signal: 1, noise: this.#schedule.sigmas[index]! }, original, noise);
  }

  step(modelOutput: Float32Array, index: number, sample: Float32Array<ArrayBuffer>): StepResult {
    const sigma = this.#schedule.sigmas[index]!;
    const sigmaNext = this.#schedule.sigmas[index + 1]!;
    const predictedOriginal = predictOriginalAtSigma(this.#config.predictionType, modelOutput, sample, sigma);
    // derivative = (x - x0) / sigma; x' = x + (sigma' - sigma) derivative
    const ratio = (sigmaNext - sigma) / sigma;
    const next = sample.map((value, i) => value + ratio * (value - predictedOriginal[i]!));
    return { sample: next, predictedOriginal };
  }
}
