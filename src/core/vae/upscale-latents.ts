import { floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/**
 * Latents [1, C, h, w] at another size, bilinearly: PyTorch's `interpolate` with `align_corners=False`. Blurs, which a
 * second pass's strength has to make up for; used only where a model has no encoder to take enlarged pixels.
 */
export function upscaleLatents(latents: FloatTensor, height: number, width: number): FloatTensor {
  const [, channels = 1, fromHeight = 1, fromWidth = 1] = latents.dims;
  const rows = positions(fromHeight, height);
  const columns = positions(fromWidth, width);
  const data = new Float32Array(channels * height * width);
  for (let channel = 0, out = 0; channel < channels; channel++) {
    const plane = channel * fromHeight * fromWidth;
    for (const [above, below, down] of rows) {
      for (const [left, right, across] of columns) {
        const at = (y: number, x: number): number => latents.data[plane + y * fromWidth + x]!;
        const top = at(above, left) * (1 - across) + at(above, right) * across;
        const bottom = at(below, left) * (1 - across) + at(below, right) * across;
        data[out++] = top * (1 - down) + bottom * down;
      }
    }
  }
  return floatTensor([1, channels, height, width], data);
}

/** For each place of the result: the two source places around it, and how far it is on the way to the second. */
function positions(from: number, to: number): [before: number, after: number, share: number][] {
  return Array.from({ length: to }, (_, i) => {
    const position = Math.max(((i + 0.5) * from) / to - 0.5, 0);
    const before = Math.floor(position);
    return [before, Math.min(before + 1, from - 1), position - before];
  });
}
