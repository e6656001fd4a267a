import { EaselError } from "../../contracts/errors.ts";
import { AlphaSpaceScheduler } from "./alpha-space.ts";
import { clamp, mix, mixtureOfAlpha, predictOriginal } from "./prediction.ts";
import type { Latents, Randn, StepResult } from "./scheduler.ts";
import type { DiffusersClass, Settings } from "./settings.ts";
import { weightedSum } from "./weighted-sum.ts";

/** The deviation of the data that the boundary condition is written with (Luo et al., appendix). */
const SIGMA_DATA = 0.5;

/**
 * Multistep consistency sampling: Luo et al. (2023), "Latent Consistency Models", algorithm 3. Jumps to clean
 * latents and back to less noise; made for models distilled for it.
 */
export class LcmScheduler extends AlphaSpaceScheduler {
  /** diffusers/schedulers/scheduling_lcm.py */
  static readonly diffusers: DiffusersClass = {
    defaults: { betaStart: 0.00085, betaEnd: 0.012, betaSchedule: "scaled_linear" },
    only: { thresholding: [false] },
  };

  /** @throws EaselError `invalid_request` where more steps are asked for than the model was distilled from. */
  constructor(settings: Settings, numSteps: number) {
    const taught = settings.originalInferenceSteps;
    if (numSteps > taught) {
      throw new EaselError(
        "invalid_request",
        `lcm takes at most ${taught} steps, but ${numSteps} were asked for.`,
        { path: "num_steps", hint: "Models made for it need 4 to 8." },
      );
    }
    const stride = Math.floor(settings.numTrainTimesteps / taught);
    const timesteps = Array.from({ length: numSteps }, (_, i) => {
      const fromNoisiest = Math.floor(i * (taught / numSteps));
      return (taught - fromNoisiest) * stride - 1;
    });
    super(settings, timesteps);
    if (settings.predictionType === "epsilon") this.requireSignal("lcm");
  }

  step(modelOutput: Float32Array, index: number, sample: Latents, randn: Randn): StepResult {
    const { predictionType, clipSample, clipSampleRange, timestepScaling } = this.settings;
    const timestep = this.timesteps[index]!;
    const now = mixtureOfAlpha(this.alphaAt(timestep));
    const original = predictOriginal(predictionType, modelOutput, sample, now);
    if (clipSample) clamp(original, clipSampleRange);
    // The consistency function: the sample itself at time 0, the model's word from then on.
    const scaled = timestep * timestepScaling;
    const skip = Math.fround(SIGMA_DATA ** 2 / (scaled ** 2 + SIGMA_DATA ** 2));
    const out = Math.fround(scaled / Math.sqrt(scaled ** 2 + SIGMA_DATA ** 2));
    const denoised = weightedSum([out, original], [skip, sample]);

    const nextTimestep = this.timesteps[index + 1];
    if (nextTimestep === undefined) return { sample: denoised, predictedOriginal: denoised };
    const next = mixtureOfAlpha(this.alphaAt(nextTimestep));
    return { sample: mix(next, denoised, randn(sample.length)), predictedOriginal: denoised };
  }
}
