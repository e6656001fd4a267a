import { dpmSchedule, logSnr } from "./dpm-schedule.ts";
import type { DpmSchedule } from "./dpm-schedule.ts";
import { mix, mixtureOfSigma, predictOriginal } from "./prediction.ts";
import type { Randn, Scheduler, StepResult } from "./scheduler.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { SigmaSpacing } from "./sigma-spacing.ts";

/**
 * The stochastic second-order multistep DPM-Solver++: Lu et al. (2022), appendix "SDE-DPM-Solver++". Each step takes
 * the noise down further than the plain solver does and adds new.
 */
export class Dpmpp2mSdeScheduler implements Scheduler {
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

  step(
    modelOutput: Float32Array,
    index: number,
    sample: Float32Array<ArrayBuffer>,
    randn: Randn,
  ): StepResult {
    const { sigmas } = this.#schedule;
    const now = mixtureOfSigma(sigmas[index]!);
    const next = mixtureOfSigma(sigmas[index + 1]!);
    const original = predictOriginal(this.#config.predictionType, modelOutput, sample, now);
    const h = logSnr(sigmas[index + 1]!) - logSnr(sigmas[index]!);
    const noise = randn(sample.length);
    const ratio = (next.noise / now.noise) * Math.exp(-h);
    const gain = next.signal * -Math.expm1(-2 * h);
    const deviation = next.noise * Math.sqrt(-Math.expm1(-2 * h));

    const before = this.#previousOriginal;
    const lastIndex = this.timesteps.length - 1;
    const firstOrder = index === lastIndex && (this.#config.finalSigmasType === "zero" || lastIndex + 1 < 15);
    const slope =
      before === undefined || firstOrder
        ? 0
        : (0.5 * h) / (logSnr(sigmas[index]!) - logSnr(sigmas[index - 1]!));
    this.#previousOriginal = original;
    const previous = sample.map((value, i) => {
      const ahead = original[i]! + slope * (original[i]! - (before?.[i] ?? 0));
      return ratio * value + gain * ahead + deviation * noise[i]!;
    });
    return { sample: previous, predictedOriginal: original };
  }
}
