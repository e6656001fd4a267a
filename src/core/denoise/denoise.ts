import { EaselError } from "../../contracts/errors.ts";
import { throwIfInterrupted } from "../abort.ts";
import type { Randn, Scheduler } from "../schedulers/scheduler.ts";
import { floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { Predict } from "./guidance.ts";

export interface StepReport {
  /** Steps done, of `steps`. */
  step: number;
  steps: number;
  /** The clean latents as the model sees them now, [1, C, h, w]. */
  predictedOriginal: FloatTensor;
}

/**
 * The loop: from noise to clean latents [1, C, h, w].
 * @param predict the guided denoiser's answer for a scaled sample at a timestep
 * @throws EaselError `interrupted` between two evaluations, `invalid_output` where the latents are no numbers any more
 */
export async function denoise(
  signal: AbortSignal,
  latents: FloatTensor,
  scheduler: Scheduler,
  steps: number,
  predict: Predict,
  randn: Randn,
  onStep: (report: StepReport) => void,
): Promise<FloatTensor> {
  const { dims } = latents;
  const evaluations = scheduler.timesteps.length;
  let sample = latents.data;
  let done = 0;
  for (const [index, timestep] of scheduler.timesteps.entries()) {
    throwIfInterrupted(signal);
    const input = floatTensor(dims, scheduler.scaleModelInput(sample, index));
    const output = await predict(input, timestep, Math.floor((index * steps) / evaluations));
    const result = scheduler.step(output, index, sample, randn);
    sample = result.sample;
    requireNumbers(sample, index);
    // A method may evaluate more often than it steps (Heun: twice); only whole steps are told.
    const step = Math.floor(((index + 1) * steps) / evaluations);
    if (step > done) onStep({ step, steps, predictedOriginal: floatTensor(dims, result.predictedOriginal) });
    done = step;
  }
  throwIfInterrupted(signal);
  return floatTensor(dims, sample);
}

function requireNumbers(sample: Float32Array, index: number): void {
  if (sample.every(Number.isFinite)) return;
  throw new EaselError(
    "invalid_output",
    `The denoiser's answer at evaluation ${index + 1} is not a number.`,
    {
      hint: "Half precision may overflow here: draw it again in full precision or on another device.",
    },
  );
}
