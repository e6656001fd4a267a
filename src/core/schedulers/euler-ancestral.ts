import { ancestralSplit } from "./ancestral-split.ts";
import type { Latents, Randn, StepResult } from "./scheduler.ts";
import type { DiffusersClass } from "./settings.ts";
import { SigmaSpaceScheduler } from "./sigma-space.ts";
import { weightedSum } from "./weighted-sum.ts";

/**
 * Euler steps that go down too far and come up again with new noise (k-diffusion's ancestral sampling). Draws noise
 * at every step, the last included, as diffusers does.
 */
export class EulerAncestralScheduler extends SigmaSpaceScheduler {
  /** diffusers/schedulers/scheduling_euler_ancestral_discrete.py, which spaces sigmas in no other way by itself. */
  static readonly diffusers: DiffusersClass = {
    fixed: { finalSigmasType: "zero", sigmas: "default", clipSample: false },
  };

  step(modelOutput: Float32Array, index: number, sample: Latents, randn: Randn): StepResult {
    const { predictedOriginal, slope } = this.readAnswer(modelOutput, index, sample);
    const sigma = this.sigmas[index]!;
    const { down, up } = ancestralSplit(sigma, this.sigmas[index + 1]!);
    const noise = randn(sample.length);
    return {
      sample: weightedSum([1, sample], [Math.fround(down - sigma), slope], [up, noise]),
      predictedOriginal,
    };
  }
}
