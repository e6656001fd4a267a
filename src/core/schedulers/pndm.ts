import { AlphaSpaceScheduler, wholeTimesteps } from "./alpha-space.ts";
import { mixtureOfAlpha, predictNoise, predictOriginal } from "./prediction.ts";
import type { Latents, StepResult } from "./scheduler.ts";
import type { DiffusersClass, Settings } from "./settings.ts";
import { weightedSum } from "./weighted-sum.ts";

/** Adams-Bashforth weights, newest first, and what their sum is divided by, for a history of one to four answers. */
const ADAMS_BASHFORTH = [
  { weights: [1], divisor: 1 },
  { weights: [3, -1], divisor: 2 },
  { weights: [23, -16, 5], divisor: 12 },
  { weights: [55, -59, 37, -9], divisor: 24 },
] as const;
/** The first step, taken again with the mean of its two answers. */
const MEAN = { weights: [1, 1], divisor: 2 } as const;

/**
 * Pseudo linear multistep, "PLMS": Liu et al. (2022), "Pseudo Numerical Methods for Diffusion Models on Manifolds",
 * without the Runge-Kutta start. The first step is taken twice, the second time with the mean of both answers, hence
 * one evaluation more than steps.
 */
export class PndmScheduler extends AlphaSpaceScheduler {
  /** diffusers/schedulers/scheduling_pndm.py; its own default is the Runge-Kutta start, which no latent model uses. */
  static readonly diffusers: DiffusersClass = {
    defaults: { timestepSpacing: "leading", setAlphaToOne: false },
    only: { skip_prk_steps: [true] },
  };
  readonly #stride: number;
  /** The denoiser's answers, newest first. */
  #history: Float32Array[] = [];
  #start: Latents | undefined;
  /** Where the first evaluation was: the next one corrects it, wherever the path begins. */
  #first: number | undefined;

  constructor(settings: Settings, numSteps: number) {
    const [first, second, ...rest] = wholeTimesteps(settings, numSteps);
    super(settings, second === undefined ? [first!] : [first!, second, second, ...rest]);
    this.requireSignal("pndm");
    this.#stride = Math.floor(settings.numTrainTimesteps / numSteps);
  }

  step(modelOutput: Float32Array, index: number, sample: Latents): StepResult {
    // The second evaluation corrects the first step: it goes again from where the first began. Begun further down
    // the path than the second evaluation, one timestep is thereby passed over: so does diffusers.
    this.#first ??= index;
    const corrects = index === this.#first + 1;
    const timestep = this.timesteps[index]! + (corrects ? this.#stride : 0);
    const from = corrects ? this.#start! : sample;
    if (index === this.#first) this.#start = sample;
    if (!corrects) this.#history = [modelOutput, ...this.#history].slice(0, ADAMS_BASHFORTH.length);

    const answers = corrects ? [modelOutput, this.#history[0]!] : this.#history;
    const { weights, divisor } = corrects ? MEAN : ADAMS_BASHFORTH[answers.length - 1]!;
    const combined = weightedSum(...answers.map((answer, i) => [weights[i]!, answer] as const));
    for (let i = 0; i < combined.length; i++) combined[i] = combined[i]! / divisor;

    const alpha = this.alphaAt(timestep);
    const now = mixtureOfAlpha(alpha);
    const type = this.settings.predictionType;
    const epsilon = predictNoise(type, combined, from, now);
    return {
      sample: transfer(from, epsilon, alpha, this.alphaAt(timestep - this.#stride)),
      predictedOriginal: predictOriginal(type, combined, from, now),
    };
  }
}

/** Equation 9 of the paper: the sample with the signal's share `alpha` brought to `alphaNext` along the noise. */
function transfer(sample: Latents, epsilon: Float32Array, alpha: number, alphaNext: number): Latents {
  const next = mixtureOfAlpha(alphaNext);
  const ratio = Math.fround(Math.sqrt(Math.fround(alphaNext / alpha)));
  const gain = Math.fround(alphaNext - alpha);
  const product = Math.fround(Math.fround(alpha * Math.fround(1 - alpha)) * alphaNext);
  const divisor = Math.fround(Math.fround(alpha * next.noise) + Math.fround(Math.sqrt(product)));
  const result = new Float32Array(sample.length);
  for (let i = 0; i < result.length; i++) {
    result[i] = Math.fround(ratio * sample[i]!) - Math.fround(Math.fround(gain * epsilon[i]!) / divisor);
  }
  return result;
}
