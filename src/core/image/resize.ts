import type { RgbaImage } from "../tensor/image.ts";

/** Part of a picture, in its pixels; fractions are taken as they are. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Pillow's filters but for NEAREST; each is stretched over the covered pixels when it shrinks, so that nothing aliases. */
export type ResizeFilter = "box" | "bilinear" | "hamming" | "bicubic" | "lanczos";

/**
 * A box of a picture, resized as Pillow does, to the same whole numbers; by default with Lanczos-3 (Duchon, 1979). All
 * four channels alike, so flatten first.
 */
export function resizeImage(
  image: RgbaImage,
  width: number,
  height: number,
  box?: Box,
  filter: ResizeFilter = "lanczos",
): RgbaImage {
  // Every filter's weight is 1 for the pixel itself then, and 0 for its neighbours.
  if (box === undefined && width === image.width && height === image.height) {
    return { ...image, data: image.data.slice() };
  }
  const { left, top, ...size } = box ?? { left: 0, top: 0, width: image.width, height: image.height };
  const across = taps(FILTERS[filter], left, size.width, image.width, width);
  const down = taps(FILTERS[filter], top, size.height, image.height, height);
  return heightFirst(image, width, height)
    ? resampleRows(resampleColumns(image, down), across)
    : resampleColumns(resampleRows(image, across), down);
}

/** Pillow's order since version 13, found by trying it: what lies between the two passes is rounded, so it can be seen. */
function heightFirst(image: RgbaImage, width: number, height: number): boolean {
  const shrinks = image.height - height;
  return shrinks > 0 && shrinks > 2 * (image.width - width);
}

interface Filter {
  /** How far it reaches on either side, in pixels of the larger picture. */
  readonly reach: number;
  readonly weight: (x: number) => number;
}

/** Pillow's src/libImaging/Resample.c, operation by operation: another order would round otherwise. */
const FILTERS: Readonly<Record<ResizeFilter, Filter>> = {
  box: { reach: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { reach: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    reach: 1,
    weight: (x) => (Math.abs(x) >= 1 ? 0 : x === 0 ? 1 : sinc(x) * (0.54 + 0.46 * Math.cos(x * Math.PI))),
  },
  bicubic: { reach: 2, weight: (x) => bicubic(Math.abs(x)) },
  lanczos: { reach: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function sinc(x: number): number {
  if (x === 0) return 1;
  return Math.sin(x * Math.PI) / (x * Math.PI);
}

/** Keys' cubic convolution (1981), a = -0.5. */
function bicubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/** Pillow's weights are whole numbers, this one being 1. */
const ONE = 2 ** 22;

interface Taps {
  /** The first source pixel of each result pixel. */
  readonly first: Int32Array;
  /** How many source pixels each takes. */
  readonly count: Int32Array;
  /** Their weights in parts of {@link ONE}, `most` for each result pixel. */
  readonly weights: Float64Array;
  readonly most: number;
}

function taps(
  { reach, weight }: Filter,
  start: number,
  length: number,
  source: number,
  result: number,
): Taps {
  const scale = length / result;
  const stretch = Math.max(scale, 1);
  const support = reach * stretch;
  const most = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(result);
  const count = new Int32Array(result);
  const weights = new Float64Array(result * most);
  for (let i = 0; i < result; i++) {
    const centre = start + (i + 0.5) * scale;
    const from = Math.max(Math.trunc(centre - support + 0.5), 0);
    const to = Math.min(Math.trunc(centre + support + 0.5), source);
    let sum = 0;
    for (let j = 0; j < to - from; j++) {
      const share = weight((j + from - centre + 0.5) * (1 / stretch));
      weights[i * most + j] = share;
      sum += share;
    }
    for (let j = i * most; j < i * most + to - from; j++) {
      const share = sum === 0 ? weights[j]! : weights[j]! / sum;
      weights[j] = Math.trunc(share * ONE + (share < 0 ? -0.5 : 0.5));
    }
    first[i] = from;
    count[i] = to - from;
  }
  return { first, count, weights, most };
}

function resampleRows({ width, height, data }: RgbaImage, { first, count, weights, most }: Taps): RgbaImage {
  const result = new Uint8ClampedArray(first.length * height * 4);
  for (let y = 0, out = 0; y < height; y++) {
    for (let x = 0; x < first.length; x++, out += 4) {
      const from = (y * width + first[x]!) * 4;
      for (let channel = 0; channel < 4; channel++) {
        let sum = ONE / 2;
        for (let j = 0; j < count[x]!; j++) sum += weights[x * most + j]! * data[from + j * 4 + channel]!;
        result[out + channel] = Math.floor(sum / ONE);
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
      let sum = ONE / 2;
      for (let j = 0; j < count[y]!; j++) sum += weights[y * most + j]! * data[from + j * stride + i]!;
      result[y * stride + i] = Math.floor(sum / ONE);
    }
  }
  return { width, height: first.length, data: result };
}
