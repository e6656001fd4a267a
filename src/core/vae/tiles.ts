import { floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/** Neighbours share this part of a tile's side: diffusers' `tile_overlap_factor`. */
const OVERLAP = 0.25;

/**
 * Where tiles of one size begin so that they cover `length`, neighbours sharing a quarter of a tile or more. The last
 * ends where the length does, so all are of one size: a norm's statistics are over equally many values in each.
 */
export function tileStarts(length: number, tile: number): number[] {
  if (tile >= length) return [0];
  const stride = Math.max(1, Math.floor(tile * (1 - OVERLAP)));
  const count = Math.ceil((length - tile) / stride) + 1;
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - tile)) / (count - 1)));
}

export interface Tiling {
  /** The whole, in latent pixels. */
  readonly width: number;
  readonly height: number;
  /** A tile's longest side, in latent pixels. */
  readonly tile: number;
  /** Result pixels a latent pixel, along each side. */
  readonly scale: number;
}

/**
 * Runs tile after tile and blends them where they overlap, each fading linearly towards its edges inside the whole.
 * What is held is one row of tiles: besides the result's own rows memory does not grow with the height.
 * @param run the tile at this place, in latent pixels: [1, K, scale x tile height, scale x tile width]
 * @param onRow takes a finished row of the result, `y` counted in its pixels: K times `width x scale` values, which
 *   are overwritten afterwards
 */
export async function blendTiles(
  { width, height, tile, scale }: Tiling,
  run: (x: number, y: number, width: number, height: number) => Promise<FloatTensor>,
  onRow: (y: number, values: Float32Array) => void,
): Promise<void> {
  const [tileWidth, tileHeight] = [Math.min(tile, width), Math.min(tile, height)];
  const columns = tileStarts(width, tileWidth);
  const rows = tileStarts(height, tileHeight);
  const columnWeights = fades(columns, tileWidth, width, scale);
  const rowWeights = fades(rows, tileHeight, height, scale);
  const across = width * scale;
  let band: Band | undefined;

  for (const [r, y] of rows.entries()) {
    for (const [c, x] of columns.entries()) {
      const part = await run(x, y, tileWidth, tileHeight);
      band ??= new Band(part.dims[1]!, across, tileHeight * scale);
      band.add(part, x * scale, columnWeights[c]!, rowWeights[r]!);
    }
    band?.release(((rows[r + 1] ?? height) - y) * scale, y * scale, onRow);
  }
}

/** The weights of each tile along one axis: 1 in the middle, falling linearly where it overlaps a neighbour. */
function fades(starts: readonly number[], tile: number, length: number, scale: number): Float32Array[] {
  return starts.map((start, i) => {
    const before = i === 0 ? 0 : (starts[i - 1]! + tile - start) * scale;
    const after = start + tile >= length ? 0 : (start + tile - starts[i + 1]!) * scale;
    return Float32Array.from({ length: tile * scale }, (_, at) => {
      const rising = before === 0 ? 1 : (at + 0.5) / before;
      const falling = after === 0 ? 1 : (tile * scale - at - 0.5) / after;
      return Math.min(1, rising, falling);
    });
  });
}

/** One row of tiles: weighted sums of its pixels and the sums of their weights. */
class Band {
  readonly #channels: number;
  readonly #width: number;
  readonly #height: number;
  /** [height, channels, width]: a finished row lies in one piece. */
  readonly #sums: Float32Array;
  readonly #weights: Float32Array;

  constructor(channels: number, width: number, height: number) {
    this.#channels = channels;
    this.#width = width;
    this.#height = height;
    this.#sums = new Float32Array(channels * width * height);
    this.#weights = new Float32Array(width * height);
  }

  add(part: FloatTensor, x: number, across: Float32Array, down: Float32Array): void {
    const [channels, width, wide] = [this.#channels, this.#width, across.length];
    for (let row = 0; row < down.length; row++) {
      for (let column = 0; column < wide; column++) {
        this.#weights[row * width + x + column]! += down[row]! * across[column]!;
      }
      for (let channel = 0; channel < channels; channel++) {
        const from = (channel * down.length + row) * wide;
        const to = (row * channels + channel) * width + x;
        for (let column = 0; column < wide; column++) {
          this.#sums[to + column]! += down[row]! * across[column]! * part.data[from + column]!;
        }
      }
    }
  }

  /** Gives the first `count` rows away, which no later tile reaches, and moves the rest to the top. */
  release(count: number, y: number, onRow: (y: number, values: Float32Array) => void): void {
    const [channels, width] = [this.#channels, this.#width];
    const stride = channels * width;
    for (let row = 0; row < count; row++) {
      const values = this.#sums.subarray(row * stride, (row + 1) * stride);
      for (let channel = 0; channel < channels; channel++) {
        for (let column = 0; column < width; column++) {
          values[channel * width + column]! /= this.#weights[row * width + column]!;
        }
      }
      onRow(y + row, values);
    }
    this.#sums.copyWithin(0, count * stride).fill(0, (this.#height - count) * stride);
    this.#weights.copyWithin(0, count * width).fill(0, (this.#height - count) * width);
  }
}

/** A window of a tensor [1, K, H, W], copied: [1, K, height, width]. */
export function cropPlanes(
  tensor: FloatTensor,
  x: number,
  y: number,
  width: number,
  height: number,
): FloatTensor {
  const [, channels = 1, planeHeight = 1, planeWidth = 1] = tensor.dims;
  if (width === planeWidth && height === planeHeight) return tensor;
  const data = new Float32Array(channels * height * width);
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < height; row++) {
      const from = (channel * planeHeight + y + row) * planeWidth + x;
      data.set(tensor.data.subarray(from, from + width), (channel * height + row) * width);
    }
  }
  return floatTensor([1, channels, height, width], data);
}
