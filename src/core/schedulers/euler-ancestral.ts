import { mix, predictOriginalAtSigma } from "./prediction.ts";
import type { Randn, Scheduler, StepResult } from "./scheduler.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import { scaleBySigma, sigmaSchedule } from "./sigma-schedule.ts";
import type { SigmaSchedule } from "./sigma-schedule.ts";
import type { SigmaSpacing } from "./sigma-spacing.ts";

/**
 * Euler steps that go down too far and come up again with new noise, as ancestral sampling does (k-diffusion's
 * formulation of Song et al., 2021). Draws noise at every step, the last included, as diffusers does.
 */
export class EulerAncestralScheduler implements Scheduler {
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

  step(
    modelOutput: Float32Array,
    index: number,
    sample: Float32Array<ArrayBuffer>,
    randn: Randn,
  ): StepResult {
    const sigma = this.#schedule.sigmas[index]!;
    const sigmaNext = this.#schedule.sigmas[index + 1]!;
    const predictedOriginal = predictOriginalAtSigma(this.#config.predictionType, modelOutput, sample, sigma);
    // sigma'^2 = down^2 + up^2: step down to `down`, add noise of deviation `up`.
    const up = Math.sqrt((sigmaNext ** 2 * (sigma ** 2 - sigmaNext ** 2)) / sigma ** 2);
    const down = Math.sqrt(sigmaNext ** 2 - up ** 2);
    const ratio = (down - sigma) / sigma;
    const noise = randn(sample.length);
    const next = sample.map((value, i) => value + ratio * (value - predictedOriginal[i]!) + up * noise[i]!);
    return { sample: next, predictedOriginal };
  }
}
