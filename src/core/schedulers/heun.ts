import type { Latents, StepResult } from "./scheduler.ts";
import type { Settings } from "./settings.ts";
import { SECOND_ORDER_CLASS, SigmaSpaceScheduler } from "./sigma-space.ts";
import { weightedSum } from "./weighted-sum.ts";

/**
 * Heun's method: Karras et al. (2022), algorithm 1. Every step but the last evaluates twice, at its start and at its
 * end, and goes again from its start along the mean of both slopes.
 */
export class HeunScheduler extends SigmaSpaceScheduler {
  /** diffusers/schedulers/scheduling_heun_discrete.py */
  static readonly diffusers = SECOND_ORDER_CLASS;
  override readonly order = 2;
  #start: Latents | undefined;
  #startSlope: Latents | undefined;

  constructor(settings: Settings, numSteps: number) {
    super(settings, numSteps, ({ timesteps }) =>
      timesteps.flatMap((timestep, i) => (i === 0 ? [timestep] : [timestep, timestep])).map(Math.fround),
    );
  }

  step(modelOutput: Float32Array, index: number, sample: Latents): StepResult {
    // Evaluations 2k and 2k + 1 belong to step k: the one at its start, the other at its end.
    const step = Math.floor(index / 2);
    const { predictedOriginal, slope } = this.readAnswer(modelOutput, index, sample);
    const stride = Math.fround(this.sigmas[step + 1]! - this.sigmas[step]!);
    if (index % 2 === 0) {
      this.#start = sample;
      this.#startSlope = slope;
      return { sample: weightedSum([1, sample], [stride, slope]), predictedOriginal };
    }
    const mean = weightedSum([0.5, this.#startSlope!], [0.5, slope]);
    return { sample: weightedSum([1, this.#start!], [stride, mean]), predictedOriginal };
  }

  protected override sigmaAt(index: number): number {
    return this.sigmas[Math.ceil(index / 2)]!;
  }
}
