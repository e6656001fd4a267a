import type { RgbaImage } from "../tensor/image.ts";

/** Part of a picture, in its pixels; fractions are taken as they are. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Lobes of the windowed sinc on either side. */
const LOBES = 3;

/**
 * A box of a picture, resized by Lanczos-3 (Duchon, 1979; stretched over the covered pixels when it shrinks, so that
 * nothing aliases): what Pillow's LANCZOS gives, within one of 255. All four channels alike, so flatten first.
 */
export function resizeImage(image: RgbaImage, width: number, height: number, box?: Box): RgbaImage {
  const { left, top, ...size } = box ?? { left: 0, top: 0, width: image.width, height: image.height };
  const narrow = resampleRows(image, taps(left, size.width, image.width, width));
  return resampleColumns(narrow, taps(top, size.height, image.height, height));
}

interface Taps {
  /** The first source pixel of each result pixel. */
  readonly first: Int32Array;
  /** How many source pixels each takes. */
  readonly count: Int32Array;
  /** Their weights, `most` for each result pixel. */
  readonly weights: Float64Array;
  readonly most: number;
}

function taps(start: number, length: number, source: number, result: number): Taps {
  const scale = length / result;
  const stretch = Math.max(scale, 1);
  const support = LOBES * stretch;
  const most = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(result);
  const count = new Int32Array(result);
  const weights = new Float64Array(result * most);
  for (let i = 0; i < result; i++) {
    const centre = start + (i + 0.5) * scale;
    const from = Math.max(Math.floor(centre - support + 0.5), 0);
    const to = Math.min(Math.floor(centre + support + 0.5), source);
    let sum = 0;
    for (let j = from; j < to; j++) {
      const weight = lanczos((j - centre + 0.5) / stretch);
      weights[i * most + j - from] = weight;
      sum += weight;
    }
    for (let j = 0; j < to - from; j++) weights[i * most + j]! /= sum;
    first[i] = from;
    count[i] = to - from;
  }
  return { first, count, weights, most };
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const angle = Math.PI * x;
  return (LOBES * Math.sin(angle) * Math.sin(angle / LOBES)) / (angle * angle);
}

function resampleRows({ width, height, data }: RgbaImage, { first, count, weights, most }: Taps): RgbaImage {
  const result = new Uint8ClampedArray(first.length * height * 4);
  for (let y = 0, out = 0; y < height; y++) {
    for (let x = 0; x < first.length; x++, out += 4) {
      const from = (y * width + first[x]!) * 4;
      for (let channel = 0; channel < 4; channel++) {
        let sum = 0;
        for (let j = 0; j < count[x]!; j++) sum += weights[x * most + j]! * data[from + j * 4 + channel]!;
        result[out + channel] = sum;
      }
    }
  }
  return { width: first.length, height, data: result };
}

function resampleColumns({ width, data }: RgbaImage, { first, count, weights, most }: Taps): RgbaImage {
  const stride = width * 4;
  const result = new Uint8ClampedArray(stride * first.length);
  for (let y = 0; y < first.length; y++) {
    const from = first[y]! * stride;
    for (let i = 0; i < stride; i++) {
      let sum = 0;
      for (let j = 0; j < count[y]!; j++) sum += weights[y * most + j]! * data[from + j * stride + i]!;
      result[y * stride + i] = sum;
    }
  }
  return { width, height: first.length, data: result };
}
