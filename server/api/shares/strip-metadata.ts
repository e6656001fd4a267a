import { EaselError } from "../../../src/contracts/errors.ts";

/** PNG chunks that make the picture look as it does; everything else is text, time or private. */
const PNG_KEPT = new Set([
  "IHDR",
  "PLTE",
  "IDAT",
  "IEND",
  "tRNS",
  "cHRM",
  "gAMA",
  "iCCP",
  "sBIT",
  "sRGB",
  "cICP",
]);
/** WebP chunks that hold text. */
const WEBP_DROPPED = new Set(["EXIF", "XMP "]);

function malformed(): EaselError {
  return new EaselError("unsupported_media", "The picture's file is cut short or malformed.");
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function stripPng(bytes: Uint8Array): Uint8Array {
  const kept = [bytes.subarray(0, 8)];
  for (let at = 8; at < bytes.length;) {
    if (at + 12 > bytes.length) throw malformed();
    const end = at + 12 + view(bytes).getUint32(at);
    if (end > bytes.length) throw malformed();
    const type = Buffer.from(bytes.subarray(at + 4, at + 8)).toString("latin1");
    if (PNG_KEPT.has(type)) kept.push(bytes.subarray(at, end));
    at = end;
    // What follows the end is no part of the picture.
    if (type === "IEND") break;
  }
  return concatenate(kept);
}

/** Drops APP1 (EXIF, XMP), APP13 (IPTC) and comments; the scan's data begins at SOS and is kept as it is. */
function stripJpeg(bytes: Uint8Array): Uint8Array {
  const kept = [bytes.subarray(0, 2)];
  for (let at = 2; ;) {
    if (at + 4 > bytes.length || bytes[at] !== 0xff) throw malformed();
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xda) {
      kept.push(bytes.subarray(at));
      return concatenate(kept);
    }
    const end = at + 2 + view(bytes).getUint16(at + 2);
    if (end > bytes.length) throw malformed();
    if (marker !== 0xe1 && marker !== 0xed && marker !== 0xfe) kept.push(bytes.subarray(at, end));
    at = end;
  }
}

function stripWebp(bytes: Uint8Array): Uint8Array {
  const kept = [bytes.slice(0, 12)];
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view(bytes).getUint32(at + 4, true);
    const end = at + 8 + size + (size % 2);
    if (end > bytes.length) throw malformed();
    const type = Buffer.from(bytes.subarray(at, at + 4)).toString("latin1");
    const chunk = bytes.slice(at, end);
    // VP8X says in its flags which chunks follow: bit 3 EXIF, bit 2 XMP.
    if (type === "VP8X") chunk[8] = (chunk[8] ?? 0) & ~0b1100;
    if (!WEBP_DROPPED.has(type)) kept.push(chunk);
    at = end;
  }
  const stripped = concatenate(kept);
  view(stripped).setUint32(4, stripped.length - 8, true);
  return stripped;
}

/**
 * The same picture without what it says of itself: its prompt, its request, where it was made. Nothing is decoded.
 *
 * @throws EaselError unsupported_media for a malformed file
 */
export function stripMetadata(bytes: Uint8Array, contentType: string): Uint8Array {
  if (contentType === "image/png") return stripPng(bytes);
  if (contentType === "image/jpeg") return stripJpeg(bytes);
  if (contentType === "image/webp") return stripWebp(bytes);
  throw new EaselError("unsupported_media", `A share is a PNG, JPEG or WebP picture, not ${contentType}.`);
}
