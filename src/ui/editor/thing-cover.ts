/** Less of a pixel than this is its neighbour's glow, and kept; more than half is wholly the thing's: 0..255. */
const TRACE = 51;
const HALF = 128;

/**
 * What is painted over to have a thing drawn anew: a soft mask keeps a shadow of the old thing where it is grey.
 * @param mask how much of each pixel is the thing's, 0..255
 */
export function coverOf(mask: Uint8ClampedArray): Uint8ClampedArray {
  return mask.map((value) => ((value - TRACE) * 255) / (HALF - TRACE));
}
