import { mix, predictOriginalAtSigma } from "./prediction.ts";
import type { Scheduler, StepResult } from "./scheduler.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import { scaleBySigma, sigmaSchedule } from "./sigma-schedule.ts";
import type { SigmaSpacing } from "./sigma-spacing.ts";

/**
 * Heun's method: Karras et al. (2022), algorithm 1. Every step but the last evaluates twice, at its start and at its
 * end, and goes again from its start along the mean of both slopes.
 */
export class HeunScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma: number;
  readonly order = 2;
  readonly #config: SchedulerConfig;
  readonly #sigmas: Float32Array;
  #start: Float32Array<ArrayBuffer> | undefined;
  #startSlope: Float32Array | undefined;

  constructor(config: SchedulerConfig, numSteps: number, spacing: SigmaSpacing) {
    this.#config = config;
    const schedule = sigmaSchedule(config, numSteps, spacing);
    this.#sigmas = schedule.sigmas;
    this.initNoiseSigma = schedule.initNoiseSigma;
    this.timesteps = schedule.timesteps.flatMap((timestep, i) =>
      i === 0 ? [timestep] : [timestep, timestep],
    );
  }

  scaleModelInput(sample: Float32Array<ArrayBuffer>, index: number): Float32Array<ArrayBuffer> {
    return scaleBySigma(sample, this.#sigmas[Math.ceil(index / 2)]!);
  }

  addNoise(original: Float32Array, noise: Float32Array, index: number): Float32Array<ArrayBuffer> {
    return mix({ signal: 1, noise: this.#sigmas[Math.ceil(index / 2)]! }, original, noise);
  }

  step(modelOutput: Float32Array, index: number, sample: Float32Array<ArrayBuffer>): StepResult {
    // Evaluations 2k and 2k + 1 belong to step k: the one at its start, the other at its end.
    const step = Math.floor(index / 2);
    const sigma = this.#sigmas[step]!;
    const sigmaNext = this.#sigmas[step + 1]!;
    const atEnd = index % 2 === 1;
    const here = atEnd ? sigmaNext : sigma;
    const predictedOriginal = predictOriginalAtSigma(this.#config.predictionType, modelOutput, sample, here);
    const slope = sample.map((value, i) => (value - predictedOriginal[i]!) / here);
    if (!atEnd) {
      this.#start = sample;
      this.#startSlope = slope;
    }
    const from = this.#start!;
    const startSlope = this.#startSlope!;
    const next = from.map((value, i) => value + (sigmaNext - sigma) * 0.5 * (startSlope[i]! + slope[i]!));
    return { sample: next, predictedOriginal };
  }
}
