import { EaselError } from "../../contracts/errors.ts";
import type { RgbaImage } from "../tensor/image.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

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
  const plane = width * height;
  const data = new Uint8ClampedArray(plane * 4);
  for (let i = 0; i < plane; i++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = decoded.data[channel * plane + i]!;
      if (!Number.isFinite(value)) throw broken("holds values that are no numbers");
      data[i * 4 + channel] = (value * 0.5 + 0.5) * 255;
    }
    data[i * 4 + 3] = 255;
  }
  const first = data.slice(0, 4);
  if (plane > 1 && data.every((value, i) => value === first[i % 4])) throw broken("is one flat colour");
  return { width, height, data };
}

function broken(what: string): EaselError {
  return new EaselError("invalid_output", `The decoded picture ${what}.`, {
    hint: "Half precision may overflow here: draw it again in full precision or on another device.",
  });
}
