import { alphasCumprod } from "./noise-schedule.ts";
import { mix, mixtureOfAlpha, predictNoise, predictOriginal } from "./prediction.ts";
import type { Scheduler, StepResult } from "./scheduler.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import { roundHalfEven, spacedTimesteps } from "./timestep-spacing.ts";

/** Deterministic DDIM (eta 0): Song et al. (2020), "Denoising Diffusion Implicit Models", equation 12. */
export class DdimScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma = 1;
  readonly order = 1;
  readonly #config: SchedulerConfig;
  readonly #alphas: Float32Array;
  readonly #stride: number;

  constructor(config: SchedulerConfig, numSteps: number) {
    this.#config = config;
    this.#alphas = alphasCumprod(config);
    this.#stride = Math.floor(config.numTrainTimesteps / numSteps);
    const spacing = config.timestepSpacing ?? "leading";
    this.timesteps = spacedTimesteps(spacing, numSteps, config.numTrainTimesteps, config.stepsOffset).map(
      roundHalfEven,
    );
  }

  scaleModelInput(sample: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
    return sample;
  }

  addNoise(original: Float32Array, noise: Float32Array, index: number): Float32Array<ArrayBuffer> {
    return mix(mixtureOfAlpha(this.#alphas[this.timesteps[index]!]!), original, noise);
  }

  step(modelOutput: Float32Array, index: number, sample: Float32Array<ArrayBuffer>): StepResult {
    const timestep = this.timesteps[index]!;
    const now = mixtureOfAlpha(this.#alphas[timestep]!);
    const next = mixtureOfAlpha(this.#alphaAt(timestep - this.#stride));
    const type = this.#config.predictionType;
    const predictedOriginal = predictOriginal(type, modelOutput, sample, now);
    if (this.#config.clipSample) clamp(predictedOriginal, this.#config.clipSampleRange);
    const epsilon = predictNoise(type, modelOutput, sample, now);
    const previous = predictedOriginal.map(
      (original, i) => next.signal * original + next.noise * epsilon[i]!,
    );
    return { sample: previous, predictedOriginal };
  }

  /** Past the last training timestep the picture is clean, or as clean as the first timestep, by the model's choice. */
  #alphaAt(timestep: number): number {
    if (timestep >= 0) return this.#alphas[timestep]!;
    return (this.#config.setAlphaToOne ?? true) ? 1 : this.#alphas[0]!;
  }
}

function clamp(values: Float32Array, range: number): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.min(Math.max(values[i]!, -range), range);
}
