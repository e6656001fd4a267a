import { EaselError } from "../../contracts/errors.ts";
import { alphasCumprod } from "./noise-schedule.ts";
import { mix, mixtureOfAlpha } from "./prediction.ts";
import type { Latents, Randn, Scheduler, StepResult } from "./scheduler.ts";
import type { Settings } from "./settings.ts";
import { roundHalfEven, spacedTimesteps } from "./timestep-spacing.ts";

/**
 * What DDIM, PNDM and LCM share: they visit whole training timesteps, and read the signal's share of each off the
 * noise schedule. Samples have variance 1.
 */
export abstract class AlphaSpaceScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma = 1;
  readonly order = 1;
  protected readonly settings: Settings;
  readonly #alphas: Readonly<Float32Array>;

  /** @param timesteps one for each evaluation, noisiest first */
  constructor(settings: Settings, timesteps: readonly number[]) {
    this.settings = settings;
    this.timesteps = timesteps;
    this.#alphas = alphasCumprod(settings);
  }

  scaleModelInput(sample: Latents): Latents {
    return sample;
  }

  addNoise(original: Float32Array, noise: Float32Array, index: number): Latents {
    return mix(mixtureOfAlpha(this.alphaAt(this.timesteps[index]!)), original, noise);
  }

  abstract step(modelOutput: Float32Array, index: number, sample: Latents, randn: Randn): StepResult;

  /**
   * The signal's share at a training timestep. Past the last one the picture is clean, or as clean as at the first
   * timestep, by the model's choice.
   */
  protected alphaAt(timestep: number): number {
    if (timestep >= 0) return this.#alphas[timestep]!;
    return this.settings.setAlphaToOne ? 1 : this.#alphas[0]!;
  }

  /**
   * For formulas that divide by the signal: a schedule that ends in pure noise has none at its last timestep.
   * @throws EaselError `invalid_request` with the path `scheduler`
   */
  protected requireSignal(name: string): void {
    if (this.timesteps.every((timestep) => this.alphaAt(timestep) > 0)) return;
    throw new EaselError(
      "invalid_request",
      `The scheduler ${name} can't draw with this model, whose schedule begins with noise alone (zero terminal SNR).`,
      { path: "scheduler", hint: "Choose another one, such as euler." },
    );
  }
}

/** Whole timesteps in the model's spacing, one for each step. */
export function wholeTimesteps(settings: Settings, numSteps: number): number[] {
  const { timestepSpacing, numTrainTimesteps, stepsOffset } = settings;
  return spacedTimesteps(timestepSpacing, numSteps, numTrainTimesteps, stepsOffset).map(roundHalfEven);
}
