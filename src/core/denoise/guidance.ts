import { concatBatch, floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { Condition, Conditions, StepConditions } from "./conditions.ts";

/** The denoiser proper: latents [B, C, h, w] and conditions of a batch of B in, its answer [B, C, h, w] out. */
export type Denoiser = (sample: FloatTensor, timestep: number, condition: Condition) => Promise<FloatTensor>;

/** What the loop asks at each evaluation: the guided answer [1, C, h, w] for a scaled sample. */
export type Predict = (sample: FloatTensor, timestep: number, step: number) => Promise<Float32Array>;

/** Up to this, guidance takes nothing from the negative prompt, and the second evaluation is left out. */
export const NO_GUIDANCE = 1;

/**
 * Classifier-free guidance (Ho and Salimans, 2022): away from the negative prompt, towards the prompts. With several
 * prompts each pulls with its weight (composable diffusion, Liu et al. 2022). One run on a batch, the negative first.
 */
export function guided(denoiser: Denoiser, scale: number, conditions: Conditions): Predict {
  const batch = batchOnce();
  return async (sample, timestep, step) => {
    const { prompts, negative } = conditions.at(step);
    const single = prompts[0];
    if (negative === undefined && single !== undefined) {
      return (await denoiser(sample, timestep, single.condition)).data;
    }
    const joined = batch(conditions.at(step));
    const count = prompts.length + (negative === undefined ? 0 : 1);
    const samples = concatBatch(Array.from({ length: count }, () => sample)); // [n, C, h, w]
    const outputs = await denoiser(samples, timestep, joined);
    return combine(outputs, sample, scale, prompts);
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

/** negative + sum of scale x weight x (prompt - negative), outputs [1 + prompts, C, h, w]. */
function combine(
  outputs: FloatTensor,
  sample: FloatTensor,
  scale: number,
  prompts: StepConditions["prompts"],
): Float32Array {
  const size = sample.data.length;
  const result = outputs.data.slice(0, size);
  const without = outputs.data.subarray(0, size);
  prompts.forEach(({ weight }, which) => {
    const pull = scale * weight;
    const withPrompt = outputs.data.subarray((which + 1) * size, (which + 2) * size);
    for (let i = 0; i < size; i++) result[i]! += pull * (withPrompt[i]! - without[i]!);
  });
  return floatTensor(sample.dims, result).data;
}
