import { EaselError } from "../../contracts/errors.ts";
import type { RgbaImage } from "../tensor/image.ts";
import { floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/** Takes decoded values in [-1, 1] row by row and keeps them as 8-bit RGBA, opaque. */
export class PixelRows {
  readonly #image: RgbaImage;

  constructor(width: number, height: number) {
    this.#image = { width, height, data: new Uint8ClampedArray(width * height * 4) };
  }

  /**
   * One row: three planes, `plane` values apart, of which the first begins at `from`.
   * @throws EaselError `invalid_output` where they are no numbers.
   */
  set(y: number, values: Float32Array, from: number, plane: number): void {
    const { width, data } = this.#image;
    const end = (y + 1) * width * 4;
    // Stays 0 with finite values alone: one look at the row's end is much quicker than one at each value.
    let zero = 0;
    for (let at = y * width * 4, i = from; at < end; at += 4, i++) {
      const red = values[i]!;
      const green = values[i + plane]!;
      const blue = values[i + 2 * plane]!;
      zero += (red + green + blue) * 0;
      data[at] = red * 127.5 + 127.5;
      data[at + 1] = green * 127.5 + 127.5;
      data[at + 2] = blue * 127.5 + 127.5;
      data[at + 3] = 255;
    }
    if (zero !== 0) throw broken("holds values that are no numbers");
  }

  /** @throws EaselError `invalid_output` where all pixels are the same: a black picture. */
  finish(): RgbaImage {
    const pixels = new Uint32Array(this.#image.data.buffer);
    if (pixels.length > 1 && pixels.every((pixel) => pixel === pixels[0])) throw broken("is one flat colour");
    return this.#image;
  }
}

/**
 * Decoded values [1, 3, H, W] in [-1, 1] as 8-bit RGBA, opaque.
 * @throws EaselError `invalid_output` where they are no numbers, or all pixels are the same: a black picture.
 */
export function toRgbaImage(decoded: FloatTensor): RgbaImage {
  const [, channels, height, width] = decoded.dims;
  if (channels !== 3 || height === undefined || width === undefined) {
    throw new EaselError(
      "model_corrupt",
      `A decoded picture should be [1, 3, H, W], but is [${decoded.dims.join(", ")}].`,
    );
  }
  const rows = new PixelRows(width, height);
  for (let y = 0; y < height; y++) rows.set(y, decoded.data, y * width, width * height);
  return rows.finish();
}

/** 8-bit pixels as the encoder takes them: [1, 3, H, W] in [-1, 1]; alpha is not looked at. */
export function fromRgbaImage({ width, height, data }: RgbaImage): FloatTensor {
  const plane = width * height;
  const values = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane; i++) values[channel * plane + i] = (data[i * 4 + channel]! / 255) * 2 - 1;
  }
  return floatTensor([1, 3, height, width], values);
}

function broken(what: string): EaselError {
  return new EaselError("invalid_output", `The decoded picture ${what}.`, {
    hint: "Half precision may overflow here: draw it again in full precision or on another device.",
  });
}
