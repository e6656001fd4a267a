import { LogSnrScheduler } from "./log-snr-space.ts";
import type { Latents, Randn, StepResult } from "./scheduler.ts";
import type { DiffusersClass, Settings } from "./settings.ts";
import { weightedSum } from "./weighted-sum.ts";

/** From so many steps on the last one is taken in second order too, where it does not end in a clean picture. */
const MANY_STEPS = 15;

/** Second-order multistep DPM-Solver++, midpoint: Lu et al. (2022), "DPM-Solver++", algorithm 2. */
export class Dpmpp2mScheduler extends LogSnrScheduler {
  /** diffusers/schedulers/scheduling_dpmsolver_multistep.py; the algorithm's type is what the request names. */
  static readonly diffusers: DiffusersClass = {
    only: {
      solver_order: [2],
      // The others belong to other classes, and diffusers takes midpoint for them.
      solver_type: ["midpoint", "bh1", "bh2", "logrho"],
      thresholding: [false],
      use_lu_lambdas: [false],
      lambda_min_clipped: [],
      // DDPM's files say one of these; the learned ones come in channels of their own.
      variance_type: ["fixed_small", "fixed_small_log", "fixed_large", "fixed_large_log"],
      sigma_min: [],
      sigma_max: [],
    },
  };
  #previousOriginal: Latents | undefined;

  constructor(settings: Settings, numSteps: number) {
    super(settings, numSteps, settings.betaSchedule !== "squaredcos_cap_v2");
  }

  step(modelOutput: Float32Array, index: number, sample: Latents, randn: Randn): StepResult {
    const original = this.predictOriginal(modelOutput, index, sample);
    const { ratio, gain, noise } = this.weights(index);
    const terms: [number, Float32Array][] = [
      [ratio, sample],
      [gain, original],
    ];
    const before = this.#previousOriginal;
    if (before !== undefined && !this.#firstOrder(index)) {
      // The clean latents half a step ahead, in a line through the last two.
      const { h } = this.stride(index);
      const inverse = Math.fround(1 / Math.fround(this.stride(index - 1).h / h));
      terms.push([Math.fround(0.5 * gain), difference(inverse, original, before)]);
    }
    if (noise !== undefined) terms.push([noise, randn(sample.length)]);
    this.#previousOriginal = original;
    return { sample: weightedSum(...terms), predictedOriginal: original };
  }

  /** How much of the sample, of the clean latents and of new noise the next sample holds, where x0 is constant. */
  protected weights(index: number): { ratio: number; gain: number; noise?: number } {
    const { signal, ratio, h } = this.stride(index);
    return { ratio, gain: Math.fround(signal * Math.fround(1 - Math.fround(Math.exp(-h)))) };
  }

  #firstOrder(index: number): boolean {
    const { finalSigmasType, lowerOrderFinal, eulerAtFinal } = this.settings;
    if (index < this.timesteps.length - 1) return false;
    const few = this.timesteps.length < MANY_STEPS;
    return finalSigmasType === "zero" || eulerAtFinal || (lowerOrderFinal && few);
  }
}

/** factor x (a - b) */
function difference(factor: number, a: Latents, b: Latents): Latents {
  const result = new Float32Array(a.length);
  for (let i = 0; i < result.length; i++) result[i] = factor * Math.fround(a[i]! - b[i]!);
  return result;
}
