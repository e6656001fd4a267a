import { concatBatch, floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { Condition, Conditions, StepConditions } from "./conditions.ts";

/** The denoiser proper: latents [B, C, h, w] and conditions of a batch of B in, its answer [B, C, h, w] out. */
export type Denoiser = (sample: FloatTensor, timestep: number, condition: Condition) => Promise<FloatTensor>;

/** What the loop asks at each evaluation: the guided answer [1, C, h, w] for a scaled sample. */
export type Predict = (sample: FloatTensor, timestep: number, step: number) => Promise<Float32Array>;

/** Up to this, guidance takes nothing from the negative prompt, and its evaluation is left out. */
export const NO_GUIDANCE = 1;

/**
 * Classifier-free guidance (Ho and Salimans, 2022): away from the negative prompt, towards the prompts. With several
 * prompts each pulls with its weight (composable diffusion, Liu et al. 2022). One run on a batch, the negative first.
 * @param scale below {@link NO_GUIDANCE} it counts as that; a denoiser that takes guidance as an input has it in there,
 *   and {@link NO_GUIDANCE} here
 */
export function guided(denoiser: Denoiser, scale: number, conditions: Conditions): Predict {
  const batch = batchOnce();
  const repeat = repeatInPlace();
  return async (sample, timestep, step) => {
    const now = conditions.at(step);
    const { prompts, negative } = now;
    const count = prompts.length + (negative === undefined ? 0 : 1);
    const samples = repeat(sample, count); // [n, C, h, w]
    const outputs = await denoiser(samples, timestep, batch(now)); // [n, C, h, w]
    const weights = prompts.map(({ weight }) => weight);
    return negative === undefined
      ? weightedSum(outputs, weights)
      : combine(outputs, Math.max(scale, NO_GUIDANCE), weights);
  };
}

/** Negative and prompts as one batch, joined anew only where the step's conditions are other ones. */
function batchOnce(): (step: StepConditions) => Condition {
  let last: StepConditions | undefined;
  let joined: Condition = {};
  return (step) => {
    if (step === last) return joined;
    const { negative, prompts } = step;
    const parts = [
      ...(negative === undefined ? [] : [negative]),
      ...prompts.map(({ condition }) => condition),
    ];
    joined = Object.fromEntries(
      Object.keys(parts[0] ?? {}).map((name) => [name, concatBatch(parts.map((part) => part[name]!))]),
    );
    last = step;
    return joined;
  };
}

/** [1, C, h, w] -> [count, C, h, w], in memory that the next call writes over: a step's samples are read by its run alone. */
function repeatInPlace(): (sample: FloatTensor, count: number) => FloatTensor {
  let repeated = new Float32Array(0);
  return ({ dims, data }, count) => {
    if (count === 1) return floatTensor(dims, data);
    const length = count * data.length;
    if (repeated.length !== length) repeated = new Float32Array(length);
    for (let start = 0; start < length; start += data.length) repeated.set(data, start);
    return floatTensor([count, ...dims.slice(1)], repeated);
  };
}

/** The prompts alone, whose weights add up to 1: outputs [prompts, C, h, w] to [1, C, h, w]. */
function weightedSum({ data }: FloatTensor, weights: readonly number[]): Float32Array {
  if (weights.length === 1) return data;
  const size = data.length / weights.length;
  const result = new Float32Array(size);
  weights.forEach((weight, which) => addScaled(result, weight, data, which * size));
  return result;
}

/**
 * negative + sum of scale x weight x (prompt - negative), outputs [1 + prompts, C, h, w] to [1, C, h, w]. The outputs are
 * the caller's, so one prompt's pull is added where the negative's answer stands: fresh memory costs more than the sum.
 */
function combine({ data }: FloatTensor, scale: number, weights: readonly number[]): Float32Array {
  const size = data.length / (weights.length + 1);
  const negative = data.subarray(0, size);
  if (weights.length === 1) {
    addPull(negative, scale * weights[0]!, negative, data.subarray(size));
    return negative;
  }
  const result = negative.slice();
  weights.forEach((weight, which) =>
    addPull(result, scale * weight, negative, data.subarray((which + 1) * size)),
  );
  return result;
}

function addScaled(sum: Float32Array, weight: number, values: Float32Array, start: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += weight * values[start + i]!;
}

function addPull(sum: Float32Array, pull: number, negative: Float32Array, prompt: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += pull * (prompt[i]! - negative[i]!);
}
