import { EaselError } from "../contracts/errors.ts";
import { onWhite } from "../core/image/fit.ts";
import { resizeImage } from "../core/image/resize.ts";
import type { RgbaImage } from "../core/tensor/image.ts";
import { floatTensor } from "../core/tensor/tensor.ts";
import type { FloatTensor } from "../core/tensor/tensor.ts";
import type { Preprocessor } from "./preprocessor.ts";
import type { Size } from "./target-size.ts";

/** No model takes as much; a config that asks for it would only fill the memory. */
const MOST_PIXELS = 4096 * 4096;

/**
 * A picture as the model's `pixel_values`, [1, 3, H, W], with the numbers that transformers' processors on Pillow give.
 * Transparency is laid on white first.
 * @throws EaselError `unsupported_size` where the picture is so narrow that nothing of it would be left, or so long
 *   that it would be too much.
 */
export function preprocess(
  image: RgbaImage,
  { resize, crop, rescale, normalise }: Preprocessor,
): FloatTensor {
  const target = resize?.to(image) ?? image;
  requireDrawable(image, target);
  let picture = onWhite(image);
  if (resize !== undefined) {
    picture =
      resize.filter === "nearest"
        ? resizeNearest(picture, target)
        : resizeImage(picture, target.width, target.height, undefined, resize.filter);
  }
  const size = crop ?? picture;
  const { left, top } = offsets(picture, size);
  const values = channelValues(rescale, normalise);
  const plane = size.height * size.width;
  const data = new Float32Array(3 * plane);
  for (let y = 0, at = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++, at++) {
      const [row, column] = [y + top, x + left];
      const inside = row >= 0 && row < picture.height && column >= 0 && column < picture.width;
      const from = (row * picture.width + column) * 4;
      for (let channel = 0; channel < 3; channel++) {
        data[channel * plane + at] = values[channel]![inside ? picture.data[from + channel]! : 0]!;
      }
    }
  }
  return floatTensor([1, 3, size.height, size.width], data);
}

function requireDrawable(image: Size, target: Size): void {
  if (target.height >= 1 && target.width >= 1 && target.height * target.width <= MOST_PIXELS) return;
  throw new EaselError(
    "unsupported_size",
    `A picture of ${image.width} x ${image.height} would become ${target.width} x ${target.height} for this model, which it can't see.`,
    { hint: "Cut the picture to a less extreme shape." },
  );
}

/** Where the crop begins in the picture; negative where the picture is smaller, which then lies in its middle. */
function offsets(picture: Size, size: Size): { left: number; top: number } {
  return {
    left: Math.floor((picture.width - size.width) / 2),
    top: Math.floor((picture.height - size.height) / 2),
  };
}

/** What each value 0..255 of each channel becomes, rounded to float32 at the steps where transformers rounds. */
function channelValues(
  rescale: Preprocessor["rescale"],
  normalise: Preprocessor["normalise"],
): readonly Float32Array[] {
  return [0, 1, 2].map((channel) =>
    Float32Array.from({ length: 256 }, (_, value) => {
      const scaled = Math.fround(value * (rescale ?? 1));
      if (normalise === undefined) return scaled;
      const centred = Math.fround(scaled - Math.fround(normalise.mean[channel]!));
      return centred / Math.fround(normalise.deviation[channel]!);
    }),
  );
}

/** Pillow's NEAREST: the pixel under the result pixel's middle. */
function resizeNearest({ width, height, data }: RgbaImage, size: Size): RgbaImage {
  const from = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const result = new Uint32Array(size.width * size.height);
  for (let y = 0, at = 0; y < size.height; y++) {
    const row = Math.floor(((y + 0.5) * height) / size.height) * width;
    for (let x = 0; x < size.width; x++, at++) {
      result[at] = from[row + Math.floor(((x + 0.5) * width) / size.width)]!;
    }
  }
  return { ...size, data: new Uint8ClampedArray(result.buffer) };
}
