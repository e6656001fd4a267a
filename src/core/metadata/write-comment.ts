import { EaselError } from "../../contracts/errors.ts";

/** A JPEG's segment names its length in two bytes, which count themselves. */
const MOST_SEGMENT_BYTES = 0xffff;
const EXIF_DIRECTORY = 0x8769;
const USER_COMMENT = 0x9286;
/** TIFF's types of a value (TIFF 6.0, section 2). */
const LONG = 4;
const UNDEFINED = 7;

/**
 * The JPEG or WebP with this text as EXIF's UserComment, where AUTOMATIC1111 writes its settings and reads them; what a
 * canvas encodes has no EXIF before.
 * @throws EaselError `unsupported_media` where it is neither; `payload_too_large` for a text over a JPEG's segment
 */
export function writeUserComment(picture: Uint8Array, text: string): Uint8Array<ArrayBuffer> {
  const head = String.fromCharCode(...picture.subarray(0, 12));
  if (head.startsWith("\xff\xd8")) return intoJpeg(picture, exifOf(text));
  if (head.startsWith("RIFF") && head.endsWith("WEBP")) return intoWebp(picture, exifOf(text));
  throw new EaselError(
    "unsupported_media",
    "A JPEG or WebP was expected, but the file's first bytes are others.",
  );
}

/** A TIFF block, big-endian: a directory that points to EXIF's, which holds the comment alone. */
function exifOf(text: string): Uint8Array {
  const comment = new Uint8Array(8 + text.length * 2);
  comment.set(ascii("UNICODE\0"));
  const letters = new DataView(comment.buffer, 8);
  for (let index = 0; index < text.length; index++) letters.setUint16(index * 2, text.charCodeAt(index));
  // Header, two directories of one entry each, then the comment.
  const directory = 2 + 12 + 4;
  const [inner, value] = [8 + directory, 8 + 2 * directory];
  const block = new Uint8Array(value + comment.length);
  const view = new DataView(block.buffer);
  block.set(ascii("MM\0*"));
  view.setUint32(4, 8);
  const entry = (at: number, tag: number, type: number, count: number, offset: number) => {
    view.setUint16(at, 1);
    view.setUint16(at + 2, tag);
    view.setUint16(at + 4, type);
    view.setUint32(at + 6, count);
    view.setUint32(at + 10, offset);
  };
  entry(8, EXIF_DIRECTORY, LONG, 1, inner);
  entry(inner, USER_COMMENT, UNDEFINED, comment.length, value);
  block.set(comment, value);
  return block;
}

/** Right after the start of the image (Exif 2.32, 4.7.2). */
function intoJpeg(jpeg: Uint8Array, exif: Uint8Array): Uint8Array<ArrayBuffer> {
  const marker = ascii("Exif\0\0");
  const length = 2 + marker.length + exif.length;
  if (length > MOST_SEGMENT_BYTES) {
    throw new EaselError(
      "payload_too_large",
      `A JPEG holds ${MOST_SEGMENT_BYTES} bytes of EXIF, not ${length}.`,
      {
        hint: "Save it as PNG or WebP, or without its request.",
      },
    );
  }
  const segment = Uint8Array.of(0xff, 0xe1, length >> 8, length & 0xff);
  return joined(jpeg.subarray(0, 2), segment, marker, exif, jpeg.subarray(2));
}

/** As the last chunk, told by VP8X's flags (RFC 9649, 2.7); a simple file gets a VP8X first. */
function intoWebp(webp: Uint8Array, exif: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunks = webp.subarray(12);
  const extended = String.fromCharCode(...chunks.subarray(0, 4)) === "VP8X";
  const written = joined(
    ascii("RIFF\0\0\0\0WEBP"),
    extended ? new Uint8Array() : chunk("VP8X", extendedHeader(chunks)),
    chunks,
    chunk("EXIF", exif),
  );
  const hasExif = 0b1000;
  written[20]! |= hasExif;
  new DataView(written.buffer).setUint32(4, written.length - 8, true);
  return written;
}

/** VP8X's ten bytes for a picture in the simple form: its size less one, and whether it is transparent. */
function extendedHeader(chunks: Uint8Array): Uint8Array {
  const view = new DataView(chunks.buffer, chunks.byteOffset, chunks.byteLength);
  const lossless = String.fromCharCode(...chunks.subarray(0, 4)) === "VP8L";
  const bits = lossless ? view.getUint32(9, true) : 0;
  const width = lossless ? bits & 0x3fff : (view.getUint16(14, true) & 0x3fff) - 1;
  const height = lossless ? (bits >>> 14) & 0x3fff : (view.getUint16(16, true) & 0x3fff) - 1;
  const transparent = (bits >>> 28) & 1 ? 0b1_0000 : 0;
  return Uint8Array.of(transparent, 0, 0, 0, ...threeBytes(width), ...threeBytes(height));
}

function threeBytes(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff];
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const padded = new Uint8Array(8 + data.length + (data.length % 2));
  padded.set(ascii(name));
  new DataView(padded.buffer).setUint32(4, data.length, true);
  padded.set(data, 8);
  return padded;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
