import sharp from "sharp";
import { EaselError } from "../../../src/contracts/errors.ts";
import { UPLOAD_MAX_PIXELS } from "../../../src/contracts/upload.ts";
import type { InputImages } from "../../../src/core/request/fit-inputs.ts";
import type { RgbaImage } from "../../../src/core/tensor/image.ts";
import type { InputFiles } from "./messages.ts";

/**
 * A request's pictures, decoded: turned upright by their EXIF orientation, in sRGB, straight alpha. The core fits them
 * to the request's size.
 * @throws EaselError `unsupported_media` where a file is no picture, or one of more than 16 megapixels.
 */
export async function decodeInputs({ initImage, maskImage }: InputFiles): Promise<InputImages> {
  return {
    ...(initImage === undefined ? {} : { initImage: await decode(initImage, "init_image") }),
    ...(maskImage === undefined ? {} : { maskImage: await decode(maskImage, "mask_image") }),
  };
}

async function decode(file: Uint8Array, path: string): Promise<RgbaImage> {
  try {
    const { data, info } = await sharp(file, { limitInputPixels: UPLOAD_MAX_PIXELS })
      .rotate()
      .toColourspace("srgb")
      .ensureAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: new Uint8ClampedArray(data) };
  } catch (cause) {
    throw new EaselError("unsupported_media", `${path} can't be decoded: ${String(cause)}`, {
      path,
      hint: "Use a PNG, JPEG or WebP of at most 16 megapixels.",
      cause,
    });
  }
}
