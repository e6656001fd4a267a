import type { RgbaImage } from "../tensor/image.ts";
import { floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/** A picture's mask: 1 is drawn anew, 0 is kept, between them both are mixed. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** Row by row, 0..1. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** A mask from its picture: white is drawn anew. Luma by ITU-R 601-2, in Pillow's whole numbers. */
export function maskOf({ width, height, data }: RgbaImage): Mask {
  const values = new Float32Array(width * height);
  for (let i = 0, from = 0; i < values.length; i++, from += 4) {
    const luma = (data[from]! * 19595 + data[from + 1]! * 38470 + data[from + 2]! * 7471 + 0x8000) >> 16;
    values[i] = luma / 255;
  }
  return { width, height, values };
}

/** A mask that draws everything anew. */
export function fullMask(width: number, height: number): Mask {
  return { width, height, values: new Float32Array(width * height).fill(1) };
}

/**
 * The mask of latents of h x w, [1, 1, h, w]: the upper left pixel of each latent's square, as diffusers' nearest
 * neighbour takes it. Unlike diffusers it is not cut to black and white: a soft edge stays soft.
 */
export function latentMask({ width, height, values }: Mask, h: number, w: number): FloatTensor {
  const data = new Float32Array(h * w);
  for (let y = 0; y < h; y++) {
    const row = Math.floor((y * height) / h) * width;
    for (let x = 0; x < w; x++) data[y * w + x] = values[row + Math.floor((x * width) / w)]!;
  }
  return floatTensor([1, 1, h, w], data);
}

/** What is kept of a picture under its mask, pixel values [1, 3, H, W] in [-1, 1]: grey where it is drawn anew. */
export function maskedPixels(pixels: FloatTensor, { values }: Mask): FloatTensor {
  const data = new Float32Array(pixels.data);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < values.length; i++) if (values[i]! >= 0.5) data[channel * values.length + i] = 0;
  }
  return floatTensor(pixels.dims, data);
}

/** The drawn picture where the mask says so, the original elsewhere: what is kept comes through untouched. */
export function composite(drawn: RgbaImage, original: RgbaImage, { values }: Mask): RgbaImage {
  const data = new Uint8ClampedArray(drawn.data);
  for (let i = 0, at = 0; i < values.length; i++, at += 4) {
    const share = values[i]!;
    for (let c = at; c < at + 3; c++) data[c] = share * drawn.data[c]! + (1 - share) * original.data[c]!;
  }
  return { width: drawn.width, height: drawn.height, data };
}
