import { AlphaSpaceScheduler, wholeTimesteps } from "./alpha-space.ts";
import { clamp, mix, mixtureOfAlpha, predictNoise, predictOriginal } from "./prediction.ts";
import type { Latents, StepResult } from "./scheduler.ts";
import type { DiffusersClass, Settings } from "./settings.ts";

/** Deterministic DDIM (eta 0): Song et al. (2020), "Denoising Diffusion Implicit Models", equation 12. */
export class DdimScheduler extends AlphaSpaceScheduler {
  /** diffusers/schedulers/scheduling_ddim.py */
  static readonly diffusers: DiffusersClass = {
    defaults: { timestepSpacing: "leading" },
    only: { thresholding: [false] },
  };
  readonly #stride: number;

  constructor(settings: Settings, numSteps: number) {
    super(settings, wholeTimesteps(settings, numSteps));
    if (settings.predictionType === "epsilon") this.requireSignal("ddim");
    this.#stride = Math.floor(settings.numTrainTimesteps / numSteps);
  }

  step(modelOutput: Float32Array, index: number, sample: Latents): StepResult {
    const { predictionType, clipSample, clipSampleRange } = this.settings;
    const timestep = this.timesteps[index]!;
    const now = mixtureOfAlpha(this.alphaAt(timestep));
    const next = mixtureOfAlpha(this.alphaAt(timestep - this.#stride));
    const predictedOriginal = predictOriginal(predictionType, modelOutput, sample, now);
    if (clipSample) clamp(predictedOriginal, clipSampleRange);
    const epsilon = predictNoise(predictionType, modelOutput, sample, now);
    return { sample: mix(next, predictedOriginal, epsilon), predictedOriginal };
  }
}
