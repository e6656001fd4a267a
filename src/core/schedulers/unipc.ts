import { LogSnrScheduler } from "./log-snr-space.ts";
import type { Latents, StepResult } from "./scheduler.ts";
import type { DiffusersClass, Settings } from "./settings.ts";
import { weightedSum } from "./weighted-sum.ts";

/**
 * UniPC of second order on clean latents, B(h) = e^h - 1: Zhao et al. (2023), "UniPC", algorithms 5 to 8. Each answer
 * of the model first corrects the step that led to it, then predicts the next.
 */
export class UniPcScheduler extends LogSnrScheduler {
  /** diffusers/schedulers/scheduling_unipc_multistep.py */
  static readonly diffusers: DiffusersClass = {
    only: {
      solver_order: [2],
      // The others belong to other classes, and diffusers takes bh2 for them.
      solver_type: ["bh2", "midpoint", "heun", "logrho"],
      predict_x0: [true],
      disable_corrector: [[]],
      solver_p: [],
      thresholding: [false],
      sigma_min: [],
      sigma_max: [],
    },
  };
  /** Clean latents that the last evaluations gave, newest first. */
  #originals: Latents[] = [];
  /** The sample that the last step began with, and the order it was taken with. */
  #lastSample: Latents | undefined;
  #lastOrder = 1;

  constructor(settings: Settings, numSteps: number) {
    super(settings, numSteps, true);
  }

  step(modelOutput: Float32Array, index: number, sample: Latents): StepResult {
    const original = this.predictOriginal(modelOutput, index, sample);
    const corrected =
      this.#lastSample === undefined ? sample : this.#correct(original, index, this.#lastSample);

    this.#originals = [original, ...this.#originals].slice(0, 2);
    this.#lastSample = corrected;
    // First order at both ends of the path; into a clean picture, infinitely far in lambda, nothing else is possible.
    const { lowerOrderFinal, finalSigmasType } = this.settings;
    const lowers = lowerOrderFinal || finalSigmasType === "zero";
    const stepsLeft = lowers ? this.timesteps.length - index : 2;
    this.#lastOrder = Math.min(2, stepsLeft, this.#originals.length);
    return { sample: this.#predict(corrected, index), predictedOriginal: original };
  }

  /** UniP: from `sample` at level `index` to the next. */
  #predict(sample: Latents, index: number): Latents {
    const [newest, before] = this.#originals;
    const { ratio, signal, h } = this.stride(index);
    const gain = Math.fround(-signal * Math.fround(Math.expm1(-h)));
    if (this.#lastOrder === 1) return weightedSum([ratio, sample], [gain, newest!]);
    const slope = (0.5 * h) / -this.stride(index - 1).h;
    return weightedSum([ratio, sample], [gain * (1 - slope), newest!], [gain * slope, before!]);
  }

  /** UniC: the last step taken again from where it began, now that its end has been evaluated. */
  #correct(original: Latents, index: number, from: Latents): Latents {
    const [newest, before] = this.#originals;
    const { ratio, signal, h } = this.stride(index - 1);
    const scale = Math.fround(Math.expm1(-h));
    const gain = Math.fround(-signal * scale);
    if (this.#lastOrder === 1) {
      return weightedSum([ratio, from], [gain * 0.5, newest!], [gain * 0.5, original]);
    }
    // The weights solve the order conditions [1 1; r 1] rho = b, with b from the phi functions of -h.
    const r = -this.stride(index - 2).h / h;
    const phi2 = scale / -h - 1;
    const b1 = phi2 / scale;
    const b2 = (2 * (phi2 / -h - 0.5)) / scale;
    const past = (b1 - b2) / (1 - r);
    const present = b1 - past;
    return weightedSum(
      [ratio, from],
      [gain * (1 - past / r - present), newest!],
      [(gain * past) / r, before!],
      [gain * present, original],
    );
  }
}
