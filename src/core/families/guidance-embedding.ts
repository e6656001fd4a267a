import { floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/**
 * The guidance scale as a model that was taught guidance takes it, [1, dim]: sines, then cosines of 1000 (scale - 1) at
 * dim / 2 frequencies from 1 down to 1/10000 (Luo et al. 2023, "Latent Consistency Models"; diffusers'
 * `get_guidance_scale_embedding`). Computed in float32, as there: the angles reach some thousand, and a sine of them
 * tells a rounding of the angle.
 */
export function guidanceEmbedding(scale: number, dim: number): FloatTensor {
  const half = Math.floor(dim / 2);
  const weight = Math.fround(Math.fround(scale - 1) * 1000);
  const decay = Math.fround(-Math.log(10000) / (half - 1));
  const data = new Float32Array(dim);
  for (let i = 0; i < half; i++) {
    const angle = Math.fround(weight * Math.fround(Math.exp(Math.fround(i * decay))));
    data[i] = Math.sin(angle);
    data[half + i] = Math.cos(angle);
  }
  return floatTensor([1, dim], data);
}
