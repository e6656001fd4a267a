import { onWhite } from "../../core/image/fit.ts";
import { resizeImage } from "../../core/image/resize.ts";
import type { Box } from "../../core/image/resize.ts";
import type { RgbaImage } from "../../core/tensor/image.ts";
import { floatTensor } from "../../core/tensor/tensor.ts";
import type { FloatTensor } from "../../core/tensor/tensor.ts";
import type { Size } from "../target-size.ts";

/** A picture as easel-eyes takes it, and where it lies in the square, in shares of the square's side. */
export interface SquarePicture {
  /** [1, 3, side, side] in [-1, 1]. */
  readonly pixels: FloatTensor;
  readonly within: Box;
}

/** The same before it is numbers for the graph: a byte a pixel and channel, a quarter of the memory. */
export interface SquareBytes {
  /** [3, side, side]. */
  readonly bytes: Uint8Array;
  readonly within: Box;
}

/**
 * Fits a picture into a square by Pillow's bilinear filter. Nothing is distorted or cut off: where the shape is
 * another, the edges' colours go on, as the ground of a drawing would.
 */
export function fitSquare(image: RgbaImage, side: number): SquarePicture {
  const { bytes, within } = fitSquareBytes(image, side);
  const data = new Float32Array(bytes.length);
  putValues(bytes, data, 0);
  return { pixels: floatTensor([1, 3, side, side], data), within };
}

/** As {@link fitSquare}. */
export function fitSquareBytes(image: RgbaImage, side: number): SquareBytes {
  const scale = side / Math.max(image.width, image.height);
  const [width, height] = [image.width, image.height].map((length) =>
    Math.max(1, Math.floor(length * scale + 0.5)),
  ) as [number, number];
  const flat = onWhite(image);
  const fits = width === image.width && height === image.height;
  const small = fits ? flat : resizeImage(flat, width, height, undefined, "bilinear");
  const left = Math.floor((side - width) / 2);
  const top = Math.floor((side - height) / 2);
  const plane = side * side;
  const bytes = new Uint8Array(3 * plane);
  for (let y = 0; y < side; y++) {
    let from = clamp(y - top, height) * width * 4;
    const start = y * side + left;
    for (let at = start; at < start + width; at++, from += 4) {
      bytes[at] = small.data[from]!;
      bytes[plane + at] = small.data[from + 1]!;
      bytes[2 * plane + at] = small.data[from + 2]!;
    }
    if (width === side) continue;
    for (let row = y * side; row < bytes.length; row += plane) {
      bytes.fill(bytes[row + left]!, row, row + left);
      bytes.fill(bytes[row + left + width - 1]!, row + left + width, row + side);
    }
  }
  return {
    bytes,
    within: { left: left / side, top: top / side, width: width / side, height: height / side },
  };
}

/** What each value 0..255 of a channel becomes, in [-1, 1]. */
const VALUES = Float32Array.from({ length: 256 }, (_, value) => Math.fround(value / 127.5) - 1);

/** Writes a square's bytes as the graph takes them, from `at` on. */
export function putValues(bytes: Uint8Array, to: Float32Array, at: number): void {
  for (let i = 0; i < bytes.length; i++) to[at + i] = VALUES[bytes[i]!]!;
}

const clamp = (index: number, count: number): number => Math.min(Math.max(index, 0), count - 1);

/** A box in shares of the square as one in the picture's pixels: as much of it as lies in the picture, perhaps nothing. */
export function inPicture(box: Box, within: Box, { width, height }: Size): Box {
  const across = width / within.width;
  const down = height / within.height;
  const horizontal = span((box.left - within.left) * across, box.width * across, width);
  const vertical = span((box.top - within.top) * down, box.height * down, height);
  return { left: horizontal.from, top: vertical.from, width: horizontal.length, height: vertical.length };
}

/** The part of a span that lies in 0..end. */
function span(start: number, length: number, end: number): { from: number; length: number } {
  const from = Math.min(Math.max(start, 0), end);
  return { from, length: Math.min(Math.max(start + length, 0), end) - from };
}
