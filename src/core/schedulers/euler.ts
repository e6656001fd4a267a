import type { Latents, StepResult } from "./scheduler.ts";
import type { DiffusersClass } from "./settings.ts";
import { SigmaSpaceScheduler } from "./sigma-space.ts";
import { weightedSum } from "./weighted-sum.ts";

/** Euler's method on the probability flow: Karras et al. (2022), algorithm 2 without churn and correction. */
export class EulerScheduler extends SigmaSpaceScheduler {
  /** diffusers/schedulers/scheduling_euler_discrete.py */
  static readonly diffusers: DiffusersClass = {
    fixed: { clipSample: false },
    only: {
      interpolation_type: ["linear"],
      timestep_type: ["discrete"],
      sigma_min: [],
      sigma_max: [],
    },
  };

  step(modelOutput: Float32Array, index: number, sample: Latents): StepResult {
    const { predictedOriginal, slope } = this.readAnswer(modelOutput, index, sample);
    const stride = Math.fround(this.sigmas[index + 1]! - this.sigmas[index]!);
    return { sample: weightedSum([1, sample], [stride, slope]), predictedOriginal };
  }
}
