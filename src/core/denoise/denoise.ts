import { EaselError } from "../../contracts/errors.ts";
import { throwIfInterrupted } from "../abort.ts";
import type { Randn, Scheduler } from "../schedulers/scheduler.ts";
import { floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { Predict } from "./guidance.ts";

export interface StepReport {
  /** Steps of this pass done, of those that it takes. */
  step: number;
  /** The clean latents as the model sees them now, [1, C, h, w]. */
  predictedOriginal: FloatTensor;
}

export interface DenoisePath {
  readonly scheduler: Scheduler;
  /** The steps of the whole schedule, from pure noise. */
  readonly numSteps: number;
  /** The steps of it that are taken: the last ones. */
  readonly steps: number;
  /** The guided denoiser's answer for a scaled sample at a timestep. */
  readonly predict: Predict;
  readonly randn: Randn;
  /** Puts back what a mask keeps, into a sample as noisy as evaluation `next` wants it; undefined: as clean as the last. */
  readonly keep?: ((sample: Float32Array<ArrayBuffer>, next: number | undefined) => void) | undefined;
}

/**
 * The loop: from noisy latents to clean ones [1, C, h, w].
 * @throws EaselError `interrupted` between two evaluations; `invalid_output` where an answer is no numbers any more,
 *   or one and the same number: a graph that has broken down
 */
export async function denoise(
  signal: AbortSignal,
  latents: FloatTensor,
  { scheduler, numSteps, steps, predict, randn, keep }: DenoisePath,
  onStep: (report: StepReport) => Promise<void>,
): Promise<FloatTensor> {
  const { dims } = latents;
  const evaluations = scheduler.timesteps.length;
  const skipped = numSteps - steps;
  const first = skipped * scheduler.order;
  let sample = latents.data;
  let done = 0;
  for (let index = first; index < evaluations; index++) {
    throwIfInterrupted(signal);
    const input = floatTensor(dims, scheduler.scaleModelInput(sample, index));
    const output = await predict(
      input,
      scheduler.timesteps[index]!,
      // Prompts count the steps that are taken.
      Math.floor(((index - first) * steps) / (evaluations - first)),
    );
    requireAnswer(output, index);
    const result = scheduler.step(output, index, sample, randn);
    sample = result.sample;
    keep?.(sample, index + 1 < evaluations ? index + 1 : undefined);
    requireNumbers(sample, index);
    // A method may evaluate more often than it steps (Heun: twice); only whole steps are told.
    const step = Math.floor(((index + 1) * numSteps) / evaluations) - skipped;
    if (step > done) await onStep({ step, predictedOriginal: floatTensor(dims, result.predictedOriginal) });
    done = Math.max(step, done);
  }
  throwIfInterrupted(signal);
  return floatTensor(dims, sample);
}

function requireAnswer(output: Float32Array, index: number): void {
  const first = output[0];
  for (let i = 1; i < output.length; i++) if (output[i] !== first) return;
  throw broken(index, `is ${String(first)} everywhere`);
}

function requireNumbers(sample: Float32Array, index: number): void {
  for (let i = 0; i < sample.length; i++) {
    if (!Number.isFinite(sample[i])) throw broken(index, "is not a number");
  }
}

function broken(index: number, what: string): EaselError {
  return new EaselError("invalid_output", `The denoiser's answer at evaluation ${index + 1} ${what}.`, {
    hint: "Half precision may overflow here: draw it again in full precision or on another device.",
  });
}
