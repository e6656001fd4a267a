import type { UPLOAD_CONTENT_TYPES } from "../contracts/upload.ts";
import { readPngText, writePngText } from "../core/metadata/png-text.ts";
import { writeUserComment } from "../core/metadata/write-comment.ts";

export type PictureType = (typeof UPLOAD_CONTENT_TYPES)[number];

/** Fine enough that a drawing's edges stay clean. */
const QUALITY = 0.92;
const KEYWORD = "parameters";

/**
 * A picture as a file of this type, with or without what it says of itself (AUTOMATIC1111's `parameters`).
 * @param png the picture as it is kept, its request inside
 */
export async function pictureFile(png: Blob, type: PictureType, withRequest: boolean): Promise<Blob> {
  if (type === "image/png" && withRequest) return png;
  const encoded = await encode(png, type);
  if (!withRequest) return encoded;
  const text = readPngText(new Uint8Array(await png.arrayBuffer()), KEYWORD);
  if (text === undefined) return encoded;
  const bytes = new Uint8Array(await encoded.arrayBuffer());
  const written = type === "image/png" ? writePngText(bytes, KEYWORD, text) : writeUserComment(bytes, text);
  return new Blob([written], { type });
}

/** Encoded anew from its pixels: nothing else comes along. */
async function encode(png: Blob, type: PictureType): Promise<Blob> {
  const bitmap = await createImageBitmap(png);
  try {
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("This browser gives no 2D canvas.");
    context.drawImage(bitmap, 0, 0);
    return await canvas.convertToBlob({ type, quality: QUALITY });
  } finally {
    bitmap.close();
  }
}
