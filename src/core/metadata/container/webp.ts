import { BOUNDS } from "./bounds.ts";
import { readExif } from "./exif.ts";
import type { PictureText } from "./picture-text.ts";
import { readXmp } from "./xmp.ts";

const JPEG_PREFIX = "Exif\0\0";

/** The texts of a WebP's EXIF and XMP chunks (RFC 9649, 2.7.1.5). */
export function readWebpTexts(webp: Uint8Array): PictureText[] {
  const view = new DataView(webp.buffer, webp.byteOffset, webp.byteLength);
  const texts: PictureText[] = [];
  let at = 12;
  while (at + 8 <= webp.length && texts.length < BOUNDS.texts) {
    const name = String.fromCharCode(...webp.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    const data = webp.subarray(at + 8, at + 8 + length);
    if (name === "EXIF") {
      // Some writers leave JPEG's prefix before the TIFF header.
      const prefixed = String.fromCharCode(...data.subarray(0, 6)) === JPEG_PREFIX;
      texts.push(...readExif(prefixed ? data.subarray(6) : data));
    }
    if (name === "XMP ") texts.push(...readXmp(data));
    // Chunks begin at even offsets.
    at += 8 + length + (length % 2);
  }
  return texts;
}
