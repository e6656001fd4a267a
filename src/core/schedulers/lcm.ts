import { EaselError } from "../../contracts/errors.ts";
import { alphasCumprod } from "./noise-schedule.ts";
import { mix, mixtureOfAlpha, predictOriginal } from "./prediction.ts";
import type { Randn, Scheduler, StepResult } from "./scheduler.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";

/** The deviation of the data that the boundary condition is written with (Luo et al., appendix). */
const SIGMA_DATA = 0.5;

/**
 * Multistep consistency sampling: Luo et al. (2023), "Latent Consistency Models", algorithm 3. Jumps to clean
 * latents and back to less noise; made for models distilled for it.
 */
export class LcmScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma = 1;
  readonly order = 1;
  readonly #config: SchedulerConfig;
  readonly #alphas: Float32Array;

  constructor(config: SchedulerConfig, numSteps: number) {
    const taught = config.originalInferenceSteps;
    if (numSteps > taught) {
      throw new EaselError(
        "invalid_request",
        `lcm takes at most ${taught} steps, but ${numSteps} were asked for.`,
        {
          path: "num_steps",
        },
      );
    }
    this.#config = config;
    this.#alphas = alphasCumprod(config);
    const stride = Math.floor(config.numTrainTimesteps / taught);
    this.timesteps = Array.from({ length: numSteps }, (_, i) => {
      const fromNoisiest = Math.floor((i * taught) / numSteps);
      return (taught - fromNoisiest) * stride - 1;
    });
  }

  scaleModelInput(sample: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
    return sample;
  }

  addNoise(original: Float32Array, noise: Float32Array, index: number): Float32Array<ArrayBuffer> {
    return mix(mixtureOfAlpha(this.#alphas[this.timesteps[index]!]!), original, noise);
  }

  step(
    modelOutput: Float32Array,
    index: number,
    sample: Float32Array<ArrayBuffer>,
    randn: Randn,
  ): StepResult {
    const timestep = this.timesteps[index]!;
    const now = mixtureOfAlpha(this.#alphas[timestep]!);
    const original = predictOriginal(this.#config.predictionType, modelOutput, sample, now);
    // The consistency function: the sample itself at time 0, the model's word from then on.
    const scaled = timestep * this.#config.timestepScaling;
    const skip = SIGMA_DATA ** 2 / (scaled ** 2 + SIGMA_DATA ** 2);
    const out = scaled / Math.sqrt(scaled ** 2 + SIGMA_DATA ** 2);
    const denoised = original.map((value, i) => out * value + skip * sample[i]!);

    const nextTimestep = this.timesteps[index + 1];
    if (nextTimestep === undefined) return { sample: denoised, predictedOriginal: denoised };
    const next = mixtureOfAlpha(this.#alphas[nextTimestep]!);
    const noise = randn(sample.length);
    return {
      sample: denoised.map((value, i) => next.signal * value + next.noise * noise[i]!),
      predictedOriginal: denoised,
    };
  }
}
