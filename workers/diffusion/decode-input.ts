import type { InputBlobs } from "../../src/contracts/diffusion-worker.ts";
import { EaselError } from "../../src/contracts/errors.ts";
import { UPLOAD_MAX_PIXELS } from "../../src/contracts/upload.ts";
import type { InputImages } from "../../src/core/request/fit-inputs.ts";
import type { RgbaImage } from "../../src/core/tensor/image.ts";

/**
 * A request's pictures, decoded: turned upright by their EXIF orientation, in sRGB, on white. The core fits them to
 * the request's size.
 * @throws EaselError `unsupported_media` where a Blob is no picture, or one of more than 16 megapixels.
 */
export async function decodeInputs({ initImage, maskImage }: InputBlobs): Promise<InputImages> {
  return {
    ...(initImage === undefined ? {} : { initImage: await decodePicture(initImage, "init_image") }),
    ...(maskImage === undefined ? {} : { maskImage: await decodePicture(maskImage, "mask_image") }),
  };
}

/** As {@link decodeInputs}, of one picture. @param path what it is called where it can't be decoded */
export async function decodePicture(blob: Blob, path: string): Promise<RgbaImage> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob);
  } catch (cause) {
    throw unsupported(path, String(cause), cause);
  }
  try {
    const { width, height } = bitmap;
    if (width * height > UPLOAD_MAX_PIXELS) throw unsupported(path, `it has ${width} x ${height} pixels`);
    const context = new OffscreenCanvas(width, height).getContext("2d");
    if (context === null) throw new Error("This browser gives a worker no 2D canvas.");
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  } finally {
    bitmap.close();
  }
}

function unsupported(path: string, why: string, cause?: unknown): EaselError {
  return new EaselError("unsupported_media", `${path} can't be decoded: ${why}`, {
    path,
    hint: "Use a PNG, JPEG or WebP of at most 16 megapixels.",
    cause,
  });
}
