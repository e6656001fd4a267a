import { dpmSchedule, logSnr } from "./dpm-schedule.ts";
import type { DpmSchedule } from "./dpm-schedule.ts";
import { mix, mixtureOfSigma, predictOriginal } from "./prediction.ts";
import type { Scheduler, StepResult } from "./scheduler.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { SigmaSpacing } from "./sigma-spacing.ts";

/** Second-order multistep DPM-Solver++, midpoint: Lu et al. (2022), "DPM-Solver++", algorithm 2. */
export class Dpmpp2mScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma = 1;
  readonly order = 1;
  readonly #schedule: DpmSchedule;
  readonly #config: SchedulerConfig;
  #previousOriginal: Float32Array<ArrayBuffer> | undefined;

  constructor(config: SchedulerConfig, numSteps: number, spacing: SigmaSpacing) {
    this.#config = config;
    this.#schedule = dpmSchedule(config, numSteps, spacing);
    this.timesteps = this.#schedule.timesteps;
  }

  scaleModelInput(sample: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
    return sample;
  }

  addNoise(original: Float32Array, noise: Float32Array, index: number): Float32Array<ArrayBuffer> {
    return mix(mixtureOfSigma(this.#schedule.sigmas[index]!), original, noise);
  }

  step(modelOutput: Float32Array, index: number, sample: Float32Array<ArrayBuffer>): StepResult {
    const sigmas = this.#schedule.sigmas;
    const now = mixtureOfSigma(sigmas[index]!);
    const next = mixtureOfSigma(sigmas[index + 1]!);
    const original = predictOriginal(this.#config.predictionType, modelOutput, sample, now);
    const h = logSnr(sigmas[index + 1]!) - logSnr(sigmas[index]!);
    const gain = next.signal * -Math.expm1(-h);
    const direction = this.#extrapolate(original, index, h);
    const ratio = next.noise / now.noise;
    this.#previousOriginal = original;
    return {
      sample: sample.map((value, i) => ratio * value + gain * direction[i]!),
      predictedOriginal: original,
    };
  }

  /** The clean latents half a step ahead, in a line through the last two; first order at both ends of the path. */
  #extrapolate(original: Float32Array<ArrayBuffer>, index: number, h: number): Float32Array<ArrayBuffer> {
    const before = this.#previousOriginal;
    const lastIndex = this.timesteps.length - 1;
    const firstOrder = index === lastIndex && (this.#config.finalSigmasType === "zero" || lastIndex + 1 < 15);
    if (before === undefined || firstOrder) return original;
    const sigmas = this.#schedule.sigmas;
    const weight = (0.5 * h) / (logSnr(sigmas[index]!) - logSnr(sigmas[index - 1]!));
    return original.map((value, i) => value + weight * (value - before[i]!));
  }
}
