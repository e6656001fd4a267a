import { floatTensor } from "./tensor.ts";
import type { FloatTensor } from "./tensor.ts";

/** Above this mean cosine the two count as parallel, and a straight line is as good as an arc. */
const PARALLEL = 0.9995;
/** A column whose angle has a smaller sine is parallel or opposed: no arc is defined between the two. */
const MIN_SINE = 1e-6;

/**
 * Spherical interpolation between two noises, for variation seeds: `strength` 0 is `low`, 1 is `high`. A straight
 * line would lose variance halfway, and with it the picture's contrast.
 *
 * The arc (Shoemake, 1985) is taken column by column, each of the h numbers under one another being a vector of its
 * own, because AUTOMATIC1111 does so (its dimension 1 of [C, h, w]) and its pictures shall come out the same. Noises
 * that are parallel in the mean (one seed given twice) are mixed linearly.
 * @param low [..., h, w]
 * @param high of the same shape
 * @returns a new tensor of that shape
 */
export function slerp(strength: number, low: FloatTensor, high: FloatTensor): FloatTensor {
  const width = low.dims.at(-1) ?? 1;
  const height = low.dims.at(-2) ?? 1;
  const plane = height * width;
  const columns = low.data.length / height;
  const cosines = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    cosines[column] = cosineOfColumn(low.data, high.data, startOf(column, width, plane), width, height);
  }
  const parallel = cosines.reduce((sum, cosine) => sum + cosine, 0) / columns > PARALLEL;

  const mixed = new Float32Array(low.data.length);
  for (let column = 0; column < columns; column++) {
    const [lowShare, highShare] = parallel ? [1 - strength, strength] : shares(strength, cosines[column]!);
    const start = startOf(column, width, plane);
    for (let i = start; i < start + plane; i += width) {
      mixed[i] = lowShare * low.data[i]! + highShare * high.data[i]!;
    }
  }
  return floatTensor(low.dims, mixed);
}

function startOf(column: number, width: number, plane: number): number {
  return Math.floor(column / width) * plane + (column % width);
}

function cosineOfColumn(
  low: Float32Array,
  high: Float32Array,
  start: number,
  width: number,
  height: number,
): number {
  let [product, lowSquares, highSquares] = [0, 0, 0];
  for (let row = 0, i = start; row < height; row++, i += width) {
    product += low[i]! * high[i]!;
    lowSquares += low[i]! ** 2;
    highSquares += high[i]! ** 2;
  }
  return Math.min(1, Math.max(-1, product / Math.sqrt(lowSquares * highSquares)));
}

/** How much of either end stands at `strength` along the arc between two vectors of this cosine. */
function shares(strength: number, cosine: number): [low: number, high: number] {
  const angle = Math.acos(cosine);
  const sine = Math.sin(angle);
  if (sine < MIN_SINE) return [1 - strength, strength];
  return [Math.sin((1 - strength) * angle) / sine, Math.sin(strength * angle) / sine];
}
