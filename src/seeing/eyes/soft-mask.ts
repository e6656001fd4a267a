import type { Box } from "../../core/image/resize.ts";
import type { FloatTensor } from "../../core/tensor/tensor.ts";

/** How far, in a thing's larger sides, the middle that a pixel points to may lie off (a deviation). */
const REACH = 0.22;

/**
 * How much of each pixel is the thing's in a box, 0..1: `size` x `size` over the square. A pixel counts as far as it is
 * no ground, and as it points to the middle of this box and not of a neighbour's.
 * @param alpha [1, 1, size, size], logits of being no ground
 * @param middle [1, 2, size, size], offsets (x, y) to the middle of the pixel's thing, in shares of the square
 */
export function softMask(box: Box, alpha: FloatTensor, middle: FloatTensor): Float32Array<ArrayBuffer> {
  const size = alpha.dims[3]!;
  const plane = size * size;
  const [centreX, centreY] = [box.left + box.width / 2, box.top + box.height / 2];
  const spread = (REACH * Math.max(box.width, box.height)) ** 2;
  const mask = new Float32Array(plane);
  // A pixel's width around the box, since its edges are found no better.
  const margin = 1 / size;
  for (let at = 0; at < plane; at++) {
    const x = ((at % size) + 0.5) / size;
    const y = (Math.floor(at / size) + 0.5) / size;
    if (x <= box.left - margin || x >= box.left + box.width + margin) continue;
    if (y <= box.top - margin || y >= box.top + box.height + margin) continue;
    const off =
      ((x + middle.data[at]! - centreX) ** 2 + (y + middle.data[plane + at]! - centreY) ** 2) / spread;
    mask[at] = Math.exp(-off / 2) / (1 + Math.exp(-alpha.data[at]!));
  }
  return mask;
}
