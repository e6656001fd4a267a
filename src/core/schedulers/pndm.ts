import { alphasCumprod } from "./noise-schedule.ts";
import { mix, mixtureOfAlpha, predictNoise, predictOriginal } from "./prediction.ts";
import type { Scheduler, StepResult } from "./scheduler.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import { roundHalfEven, spacedTimesteps } from "./timestep-spacing.ts";

/** Adams-Bashforth coefficients, newest first, for a history of one to four answers. */
const COEFFICIENTS = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
] as const;

/**
 * Pseudo linear multistep, "PLMS": Liu et al. (2022), "Pseudo Numerical Methods for Diffusion Models on Manifolds",
 * without the Runge-Kutta start. The first step is taken twice, the second time with the mean of both answers, hence
 * one evaluation more than steps.
 */
export class PndmScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma = 1;
  readonly order = 1;
  readonly #config: SchedulerConfig;
  readonly #alphas: Float32Array;
  readonly #stride: number;
  /** The denoiser's answers, newest first. */
  #history: Float32Array[] = [];
  #start: Float32Array<ArrayBuffer> | undefined;
  /** Where the first evaluation was: the next one corrects it, wherever the path begins. */
  #first: number | undefined;

  constructor(config: SchedulerConfig, numSteps: number) {
    this.#config = config;
    this.#alphas = alphasCumprod(config);
    this.#stride = Math.floor(config.numTrainTimesteps / numSteps);
    const spacing = config.timestepSpacing ?? "leading";
    const steps = spacedTimesteps(spacing, numSteps, config.numTrainTimesteps, config.stepsOffset).map(
      roundHalfEven,
    );
    this.timesteps = numSteps === 1 ? steps : [steps[0]!, steps[1]!, ...steps.slice(1)];
  }

  scaleModelInput(sample: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
    return sample;
  }

  addNoise(original: Float32Array, noise: Float32Array, index: number): Float32Array<ArrayBuffer> {
    return mix(mixtureOfAlpha(this.#alphas[this.timesteps[index]!]!), original, noise);
  }

  step(modelOutput: Float32Array, index: number, sample: Float32Array<ArrayBuffer>): StepResult {
    // The second evaluation corrects the first step: it goes again from where the first began. Begun further down
    // the path than the second evaluation, one timestep is thereby passed over: so does diffusers.
    this.#first ??= index;
    const corrects = index === this.#first + 1;
    const timestep = this.timesteps[index]! + (corrects ? this.#stride : 0);
    const from = corrects ? this.#start! : sample;
    if (index === this.#first) this.#start = sample;
    if (!corrects) this.#history = [modelOutput, ...this.#history].slice(0, COEFFICIENTS.length);

    const answers = corrects ? [modelOutput, this.#history[0]!] : this.#history;
    const weights: readonly number[] = corrects ? [0.5, 0.5] : COEFFICIENTS[answers.length - 1]!;
    const combined = modelOutput.map((_, i) =>
      answers.reduce((sum, answer, k) => sum + weights[k]! * answer[i]!, 0),
    );

    const now = mixtureOfAlpha(this.#alphas[timestep]!);
    const next = mixtureOfAlpha(this.#alphaAt(timestep - this.#stride));
    const type = this.#config.predictionType;
    const predictedOriginal = predictOriginal(type, combined, from, now);
    const epsilon = predictNoise(type, combined, from, now);
    const previous = predictedOriginal.map(
      (original, i) => next.signal * original + next.noise * epsilon[i]!,
    );
    return { sample: previous, predictedOriginal };
  }

  #alphaAt(timestep: number): number {
    if (timestep >= 0) return this.#alphas[timestep]!;
    return (this.#config.setAlphaToOne ?? false) ? 1 : this.#alphas[0]!;
  }
}
