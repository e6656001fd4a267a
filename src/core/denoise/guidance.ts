import { concatBatch, floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/** The denoiser proper: latents [B, C, h, w] and states [B, S, D] in, its answer [B, C, h, w] out. */
export type Denoiser = (sample: FloatTensor, timestep: number, states: FloatTensor) => Promise<FloatTensor>;

/** Up to this, guidance takes nothing from the negative prompt, and the second evaluation is left out. */
export const NO_GUIDANCE = 1;

/**
 * Classifier-free guidance (Ho and Salimans, 2022): away from the negative prompt, towards the prompt. One run on a
 * batch of two, the negative first; a denoiser made for a batch of one is run twice.
 * @param negative undefined where there is no guidance: then one evaluation a step
 */
export function guided(
  denoiser: Denoiser,
  scale: number,
  prompt: FloatTensor,
  negative: FloatTensor | undefined,
  batchOfTwo: boolean,
): (sample: FloatTensor, timestep: number) => Promise<Float32Array> {
  if (negative === undefined) {
    return async (sample, timestep) => (await denoiser(sample, timestep, prompt)).data;
  }
  const states = concatBatch([negative, prompt]); // [2, S, D]
  return async (sample, timestep) => {
    const both = batchOfTwo
      ? await denoiser(concatBatch([sample, sample]), timestep, states) // [2, C, h, w]
      : concatBatch([await denoiser(sample, timestep, negative), await denoiser(sample, timestep, prompt)]);
    const size = both.data.length / 2;
    const result = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      const without = both.data[i]!;
      result[i] = without + scale * (both.data[size + i]! - without);
    }
    return floatTensor(sample.dims, result).data;
  };
}
