import { EaselError } from "../../contracts/errors.ts";
import { UPLOAD_MAX_BYTES, type UploadInput } from "../../contracts/upload.ts";

/** No model here draws more: a photograph of 50 megapixels would only take memory and time. */
const LONGEST_SIDE = 2048;
/** A file of more bytes is not decoded at all. */
const MOST_BYTES = 64 * 1024 * 1024;

/** What a file's first bytes say that it is; its name and type may say anything. */
export function typeOfBytes(head: Uint8Array): UploadInput["contentType"] | undefined {
  const text = String.fromCharCode(...head.subarray(0, 12));
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (text.startsWith("RIFF") && text.endsWith("WEBP")) return "image/webp";
  return undefined;
}

/** The size of a picture whose longer side is at most `longest` pixels, in the same shape. */
export function shrunkSize(width: number, height: number, longest: number): [number, number] {
  const scale = Math.min(1, longest / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/**
 * Any picture that this browser shows, as a request can start from it: a PNG, JPEG or WebP of at most 10 MiB, its
 * longer side at most 2048 pixels. One that is so already stays as it is, byte by byte.
 * @throws EaselError `unsupported_media`, `payload_too_large` over 64 MiB
 */
export async function toStartingPicture(file: Blob): Promise<Blob> {
  requireReadable(file);
  const bitmap = await decodePicture(file);
  try {
    const type = typeOfBytes(new Uint8Array(await file.slice(0, 12).arrayBuffer()));
    const [width, height] = shrunkSize(bitmap.width, bitmap.height, LONGEST_SIDE);
    if (type !== undefined && width === bitmap.width && file.size <= UPLOAD_MAX_BYTES)
      return new Blob([file], { type });
    const png = await drawn(bitmap, width, height, "image/png");
    return png.size <= UPLOAD_MAX_BYTES ? png : await drawn(bitmap, width, height, "image/jpeg");
  } finally {
    bitmap.close();
  }
}

/** @throws EaselError `payload_too_large` */
export function requireReadable(file: Blob): void {
  if (file.size <= MOST_BYTES) return;
  throw new EaselError(
    "payload_too_large",
    `A picture of at most ${MOST_BYTES / 2 ** 20} MiB was expected, this file has ${Math.round(file.size / 2 ** 20)} MiB.`,
    { hint: "Make it smaller first." },
  );
}

/** @throws EaselError `unsupported_media` where this browser can't show it */
export async function decodePicture(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch (cause) {
    throw new EaselError("unsupported_media", "This file can't be shown as a picture.", {
      hint: "It may be cut short. PNG, JPEG and WebP always work.",
      cause,
    });
  }
}

async function drawn(bitmap: ImageBitmap, width: number, height: number, type: string): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser gives no 2D canvas.");
  if (type === "image/jpeg") {
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
  }
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return await canvas.convertToBlob({ type, quality: 0.95 });
}
