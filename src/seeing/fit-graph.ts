import type { RgbaImage } from "../core/tensor/image.ts";
import type { Feed } from "../core/runtime/feed.ts";
import type { InferenceSession, TensorInfo } from "../core/runtime/inference-runtime.ts";
import { floatTensor } from "../core/tensor/tensor.ts";
import type { FloatTensor } from "../core/tensor/tensor.ts";
import { preprocess } from "./preprocess.ts";
import type { Preprocessor } from "./preprocessor.ts";
import { exactSize, withinBox } from "./target-size.ts";
import type { Size } from "./target-size.ts";

/** A picture as a detector's graph takes it. */
export interface FittedPicture {
  readonly feeds: Readonly<Record<string, Feed>>;
  /** What the shares of `pred_boxes` are shares of, in the picture's pixels. */
  readonly whole: Size;
}

/**
 * A picture as a detector's graph takes it, `pixel_values` [1, 3, H, W] and, where it is asked for, `pixel_mask`. A graph that
 * was exported for one size is given that, as transformers does with `pad_size`: the picture keeps its shape, made smaller
 * where it would not fit, and zeros follow it to the right and below; or it is made that size where the preprocessor does
 * not pad.
 * @throws EaselError `unsupported_size`, as {@link preprocess} does.
 */
export function fitGraph(
  image: RgbaImage,
  preprocessor: Preprocessor,
  { inputs }: Pick<InferenceSession, "inputs">,
): FittedPicture {
  const size = fixedSize(inputs.find(({ name }) => name === "pixel_values"));
  const pixels =
    size === undefined ? preprocess(image, preprocessor) : preprocess(image, into(size, image, preprocessor));
  const own = sizeOf(pixels);
  const taken = size ?? own;
  const padded = own.height <= taken.height && own.width <= taken.width ? pad(pixels, taken) : pixels;
  const mask = inputs.find(({ name }) => name === "pixel_mask");
  const feeds = { pixel_values: { dims: padded.dims, values: padded.data } };
  // Where it is masked, a model of DETR's kind has boxes of what is not; without a mask it takes zeros for a part of the picture.
  if (mask !== undefined) return { feeds: { ...feeds, pixel_mask: maskOf(mask, own, taken) }, whole: image };
  const whole = {
    height: (image.height * taken.height) / own.height,
    width: (image.width * taken.width) / own.width,
  };
  return { feeds, whole };
}

/** Makes of a picture what fits into a graph's size. */
function into(size: Size, image: Size, preprocessor: Preprocessor): Preprocessor {
  const { resize, pads } = preprocessor;
  if (resize === undefined) return preprocessor;
  if (!pads) return { ...preprocessor, resize: { ...resize, to: exactSize(size) } };
  const { height, width } = resize.to(image);
  const fits = height <= size.height && width <= size.width;
  return fits ? preprocessor : { ...preprocessor, resize: { ...resize, to: withinBox(size) } };
}

/** undefined: the graph takes any. */
function fixedSize(input: TensorInfo | undefined): Size | undefined {
  const [height, width] = [input?.dims[2], input?.dims[3]];
  return typeof height === "number" && typeof width === "number" ? { height, width } : undefined;
}

function sizeOf({ dims }: FloatTensor): Size {
  return { height: dims[2]!, width: dims[3]! };
}

/** Zeros to the right and below. */
function pad(pixels: FloatTensor, { height, width }: Size): FloatTensor {
  const from = sizeOf(pixels);
  if (from.height === height && from.width === width) return pixels;
  const data = new Float32Array(3 * height * width);
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < from.height; y++) {
      const row = (channel * from.height + y) * from.width;
      data.set(pixels.data.subarray(row, row + from.width), (channel * height + y) * width);
    }
  }
  return floatTensor([1, 3, height, width], data);
}

/** Which pixels are the picture's, [1, H, W]; some exports have a coarser mask of a size of its own. */
function maskOf({ dims }: TensorInfo, own: Size, taken: Size): Feed {
  const [height, width] = [dims[1], dims[2]].map((side, i) =>
    typeof side === "number" ? side : [taken.height, taken.width][i]!,
  ) as [number, number];
  const values = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    if (Math.floor((y * taken.height) / height) >= own.height) break;
    const inside = Math.ceil((own.width * width) / taken.width);
    values.fill(1, y * width, y * width + inside);
  }
  return { dims: [1, height, width], values };
}
