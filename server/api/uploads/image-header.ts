import { EaselError } from "../../../src/contracts/errors.ts";
import { UPLOAD_MAX_PIXELS } from "../../../src/contracts/upload.ts";

export interface ImageHeader {
  contentType: "image/png" | "image/jpeg" | "image/webp";
  /** Pixels. */
  width: number;
  height: number;
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, end)).toString("latin1");
}

/** PNG specification, 5.2 and 11.2.2: the signature, then IHDR with width and height. */
function pngHeader(view: DataView, bytes: Uint8Array): ImageHeader | undefined {
  if (ascii(bytes, 0, 8) !== "\x89PNG\r\n\x1a\n" || bytes.length < 33 || ascii(bytes, 12, 16) !== "IHDR")
    return undefined;
  return { contentType: "image/png", width: view.getUint32(16), height: view.getUint32(20) };
}

/** ITU T.81, B.1.1 and B.2.2: segments up to a start-of-frame, which holds height and width. */
function jpegHeader(view: DataView, bytes: Uint8Array): ImageHeader | undefined {
  if (ascii(bytes, 0, 3) !== "\xff\xd8\xff") return undefined;
  for (let at = 2; at + 9 < bytes.length && view.getUint8(at) === 0xff;) {
    const marker = view.getUint8(at + 1);
    // FF may be repeated as fill before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const startOfFrame =
      marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (startOfFrame) {
      return { contentType: "image/jpeg", width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** RFC 9649 (WebP container): RIFF, then VP8X, VP8L or VP8 with the size in three different forms. */
function webpHeader(view: DataView, bytes: Uint8Array): ImageHeader | undefined {
  if (ascii(bytes, 0, 4) !== "RIFF" || ascii(bytes, 8, 12) !== "WEBP" || bytes.length < 30) return undefined;
  const chunk = ascii(bytes, 12, 16);
  const contentType = "image/webp";
  if (chunk === "VP8X") {
    const three = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;
    return { contentType, width: 1 + three(24), height: 1 + three(27) };
  }
  if (chunk === "VP8L" && view.getUint8(20) === 0x2f) {
    const bits = view.getUint32(21, true);
    return { contentType, width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
  }
  if (chunk === "VP8 " && ascii(bytes, 23, 26) === "\x9d\x01\x2a") {
    return {
      contentType,
      width: view.getUint16(26, true) & 0x3fff,
      height: view.getUint16(28, true) & 0x3fff,
    };
  }
  return undefined;
}

/**
 * What the file's first bytes say it is, without decoding it.
 *
 * @throws EaselError unsupported_media for anything but a PNG, JPEG or WebP of 1 to 16 million pixels
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = pngHeader(view, bytes) ?? jpegHeader(view, bytes) ?? webpHeader(view, bytes);
  if (header === undefined) {
    throw new EaselError(
      "unsupported_media",
      "A PNG, JPEG or WebP picture is expected, and the file is none of them.",
    );
  }
  const pixels = header.width * header.height;
  if (pixels === 0 || pixels > UPLOAD_MAX_PIXELS) {
    throw new EaselError(
      "unsupported_media",
      `A picture has 1 to ${UPLOAD_MAX_PIXELS} pixels, this one is ${header.width} x ${header.height}.`,
    );
  }
  return header;
}
