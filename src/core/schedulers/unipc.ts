import { dpmSchedule, logSnr } from "./dpm-schedule.ts";
import type { DpmSchedule } from "./dpm-schedule.ts";
import { mix, mixtureOfSigma, predictOriginal } from "./prediction.ts";
import type { Scheduler, StepResult } from "./scheduler.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { SigmaSpacing } from "./sigma-spacing.ts";

type Latents = Float32Array<ArrayBuffer>;

/**
 * UniPC of second order on clean latents, B(h) = e^h - 1: Zhao et al. (2023), "UniPC", algorithms 5 to 8. Each answer
 * of the model first corrects the step that led to it, then predicts the next.
 */
export class UniPcScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma = 1;
  readonly order = 1;
  readonly #schedule: DpmSchedule;
  readonly #config: SchedulerConfig;
  /** Clean latents that the last evaluations gave, newest first. */
  #originals: Latents[] = [];
  /** The sample that the last step began with, and the order it was taken with. */
  #lastSample: Latents | undefined;
  #lastOrder = 1;

  constructor(config: SchedulerConfig, numSteps: number, spacing: SigmaSpacing) {
    this.#config = config;
    this.#schedule = dpmSchedule(config, numSteps, spacing);
    this.timesteps = this.#schedule.timesteps;
  }

  scaleModelInput(sample: Latents): Latents {
    return sample;
  }

  addNoise(original: Float32Array, noise: Float32Array, index: number): Float32Array<ArrayBuffer> {
    return mix(mixtureOfSigma(this.#schedule.sigmas[index]!), original, noise);
  }

  step(modelOutput: Float32Array, index: number, sample: Latents): StepResult {
    const now = mixtureOfSigma(this.#schedule.sigmas[index]!);
    const original = predictOriginal(this.#config.predictionType, modelOutput, sample, now);
    const corrected =
      this.#lastSample === undefined ? sample : this.#correct(original, index, this.#lastSample);

    this.#originals = [original, ...this.#originals].slice(0, 2);
    this.#lastSample = corrected;
    // First order at both ends of the path.
    this.#lastOrder = Math.min(2, this.timesteps.length - index, this.#originals.length);
    return { sample: this.#predict(corrected, index, this.#lastOrder), predictedOriginal: original };
  }

  /** UniP: from `sample` at sigma `index` to the next. */
  #predict(sample: Latents, index: number, order: number): Latents {
    const [newest, before] = this.#originals;
    const { ratio, gain, h } = this.#stride(index);
    const slope = order === 1 ? 0 : 0.5 / ((this.#lambda(index - 1) - this.#lambda(index)) / h);
    return sample.map((value, i) => {
      const ahead = newest![i]! + (slope === 0 ? 0 : slope * (before![i]! - newest![i]!));
      return ratio * value + gain * ahead;
    });
  }

  /** UniC: the last step taken again from where it began, now that its end has been evaluated. */
  #correct(original: Latents, index: number, from: Latents): Latents {
    const [newest, before] = this.#originals;
    const { ratio, gain, h } = this.#stride(index - 1);
    if (this.#lastOrder === 1) {
      return from.map(
        (value, i) => ratio * value + gain * (newest![i]! + 0.5 * (original[i]! - newest![i]!)),
      );
    }
    // The weights solve the order conditions [1 1; r 1] rho = b, with b from the phi functions of -h.
    const r = (this.#lambda(index - 2) - this.#lambda(index - 1)) / h;
    const scale = Math.expm1(-h);
    const phi2 = scale / -h - 1;
    const b1 = phi2 / scale;
    const b2 = (2 * (phi2 / -h - 0.5)) / scale;
    const past = (b1 - b2) / (1 - r);
    const present = b1 - past;
    return from.map((value, i) => {
      const correction = (past * (before![i]! - newest![i]!)) / r + present * (original[i]! - newest![i]!);
      return ratio * value + gain * (newest![i]! + correction);
    });
  }

  /** From sigma `index` to the next: x' = ratio x + gain x0 for constant clean latents x0, over a time h. */
  #stride(index: number): { ratio: number; gain: number; h: number } {
    const now = mixtureOfSigma(this.#schedule.sigmas[index]!);
    const next = mixtureOfSigma(this.#schedule.sigmas[index + 1]!);
    const h = this.#lambda(index + 1) - this.#lambda(index);
    return { ratio: next.noise / now.noise, gain: next.signal * -Math.expm1(-h), h };
  }

  #lambda(index: number): number {
    return logSnr(this.#schedule.sigmas[index]!);
  }
}
