import { trainingSigmas } from "./noise-schedule.ts";
import { mix, mixtureOfSigma, predictOriginal } from "./prediction.ts";
import type { Mixture } from "./prediction.ts";
import type { Latents, Randn, Scheduler, StepResult } from "./scheduler.ts";
import type { Settings } from "./settings.ts";
import { interpolate, respaceSigmas, timestepFinder } from "./sigma-spacing.ts";
import { roundHalfEven, spacedTimesteps } from "./timestep-spacing.ts";

/**
 * What the multistep solvers share (DPM++ 2M, its SDE, UniPC): they integrate in lambda, half the logarithm of the
 * signal-to-noise ratio, on clean latents. Samples have variance 1.
 */
export abstract class LogSnrScheduler implements Scheduler {
  readonly timesteps: readonly number[];
  readonly initNoiseSigma = 1;
  readonly order = 1;
  protected readonly settings: Settings;
  /** At each timestep, and one more for the end: signal and noise of the sample, and lambda = log(signal / noise). */
  readonly #levels: readonly (Mixture & { lambda: number })[];

  constructor(settings: Settings, numSteps: number, roundsKarrasTimesteps: boolean) {
    const { timesteps, sigmas } = solverSchedule(settings, numSteps, roundsKarrasTimesteps);
    this.settings = settings;
    this.timesteps = timesteps;
    this.#levels = Array.from(sigmas, (sigma) => {
      const mixture = mixtureOfSigma(sigma);
      const logs = [Math.fround(Math.log(mixture.signal)), Math.fround(Math.log(mixture.noise))] as const;
      return { ...mixture, lambda: Math.fround(logs[0] - logs[1]) };
    });
  }

  scaleModelInput(sample: Latents): Latents {
    return sample;
  }

  addNoise(original: Float32Array, noise: Float32Array, index: number): Latents {
    return mix(this.#levels[index]!, original, noise);
  }

  abstract step(modelOutput: Float32Array, index: number, sample: Latents, randn: Randn): StepResult;

  protected predictOriginal(modelOutput: Float32Array, index: number, sample: Latents): Latents {
    return predictOriginal(this.settings.predictionType, modelOutput, sample, this.#levels[index]!);
  }

  /**
   * The way from level `index` to the next: signal and noise there, the ratio of the noises, h = the difference in
   * lambda.
   */
  protected stride(index: number): Mixture & { ratio: number; h: number } {
    const [now, next] = [this.#levels[index]!, this.#levels[index + 1]!];
    const { signal, noise } = next;
    return {
      signal,
      noise,
      ratio: Math.fround(noise / now.noise),
      h: Math.fround(next.lambda - now.lambda),
    };
  }
}

/**
 * Timesteps and sigmas of the DPM-Solver family. Unlike Euler's it visits whole timesteps, and `linspace` and
 * `leading` place one more than there are steps and leave out the cleanest.
 */
function solverSchedule(
  settings: Settings,
  numSteps: number,
  roundsKarrasTimesteps: boolean,
): { timesteps: number[]; sigmas: Float32Array } {
  const { timestepSpacing, numTrainTimesteps, stepsOffset } = settings;
  const table = trainingSigmas(settings);
  const final = settings.finalSigmasType === "zero" ? 0 : table[0]!;
  if (settings.sigmas !== "default") {
    // The sigmas span the whole training range here, whatever the spacing of timesteps.
    const sigmas = respaceSigmas(settings.sigmas, table.at(-1)!, table[0]!, numSteps);
    const rounds = settings.sigmas === "karras" && roundsKarrasTimesteps;
    return {
      timesteps: sigmas.map(timestepFinder(table)).map(rounds ? roundHalfEven : Math.trunc),
      sigmas: Float32Array.from([...sigmas, final]),
    };
  }
  const extra = timestepSpacing === "trailing" ? 0 : 1;
  const timesteps = spacedTimesteps(timestepSpacing, numSteps + extra, numTrainTimesteps, stepsOffset)
    .slice(0, numSteps)
    .map(roundHalfEven);
  const sigmas = timesteps.map((timestep) => interpolate(table, timestep));
  return { timesteps, sigmas: Float32Array.from([...sigmas, final]) };
}
