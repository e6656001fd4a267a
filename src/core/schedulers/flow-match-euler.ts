import { mix } from "./prediction.ts";
import type { Latents, Scheduler, StepResult } from "./scheduler.ts";
import type { DiffusersClass, Settings } from "./settings.ts";
import { respaceSigmas } from "./sigma-spacing.ts";
import { weightedSum } from "./weighted-sum.ts";

/**
 * Euler's method on a rectified flow: Esser et al. (2024), "Scaling Rectified Flow Transformers". Samples are
 * (1 - sigma) x0 + sigma epsilon, and the model's answer is the velocity epsilon - x0.
 */
export class FlowMatchEulerScheduler implements Scheduler {
  /** diffusers/schedulers/scheduling_flow_match_euler_discrete.py */
  static readonly diffusers: DiffusersClass = {
    only: {
      use_dynamic_shifting: [false],
      invert_sigmas: [false],
      shift_terminal: [],
      stochastic_sampling: [false],
      sigma_min: [],
      sigma_max: [],
    },
  };
  readonly timesteps: readonly number[];
  readonly initNoiseSigma = 1;
  readonly order = 1;
  /** One more than the timesteps: the last is 0, the clean picture. */
  readonly #sigmas: Float32Array;

  constructor(settings: Settings, numSteps: number) {
    const sigmas = flowSigmas(settings, numSteps);
    this.timesteps = sigmas.map((sigma) => Math.fround(Math.fround(sigma) * settings.numTrainTimesteps));
    this.#sigmas = Float32Array.from([...sigmas, 0]);
  }

  scaleModelInput(sample: Latents): Latents {
    return sample;
  }

  addNoise(original: Float32Array, noise: Float32Array, index: number): Latents {
    const sigma = this.#sigmas[index]!;
    return mix({ signal: Math.fround(1 - sigma), noise: sigma }, original, noise);
  }

  step(modelOutput: Float32Array, index: number, sample: Latents): StepResult {
    const sigma = this.#sigmas[index]!;
    const stride = Math.fround(this.#sigmas[index + 1]! - sigma);
    return {
      sample: weightedSum([1, sample], [stride, modelOutput]),
      predictedOriginal: weightedSum([1, sample], [-sigma, modelOutput]),
    };
  }
}

/** Evenly from the noisiest training timestep to the cleanest, shifted towards noise (the paper's equation 23). */
function flowSigmas({ numTrainTimesteps, shift, sigmas: spacing }: Settings, numSteps: number): number[] {
  // diffusers shifts the ends of the range once when it is made, in float32, and everything once more for a picture.
  const end = (timestep: number): number =>
    shifted(Math.fround(timestep / numTrainTimesteps), shift, Math.fround) * numTrainTimesteps;
  const [first, last] = [end(numTrainTimesteps), end(1)];
  const stride = numSteps === 1 ? 0 : (last - first) / (numSteps - 1);
  const even = Array.from({ length: numSteps }, (_, i) => (first + i * stride) / numTrainTimesteps);
  const sigmas = even.map((sigma) => shifted(sigma, shift, Number));
  return spacing === "default" ? sigmas : respaceSigmas(spacing, sigmas[0]!, sigmas.at(-1)!, numSteps);
}

function shifted(sigma: number, shift: number, round: (value: number) => number): number {
  return round(round(shift * sigma) / round(1 + round((shift - 1) * sigma)));
}
