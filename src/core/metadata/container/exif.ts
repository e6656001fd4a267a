import { BOUNDS } from "./bounds.ts";
import type { PictureText } from "./picture-text.ts";

/** The tags that picture programs write into (Exif 2.32, tables 4 and 7), by the keywords used here. */
const TAGS: Readonly<Record<number, string>> = Object.freeze({
  0x010e: "ImageDescription",
  0x010f: "Make",
  0x0110: "Model",
  0x927c: "MakerNote",
  0x9286: "UserComment",
});
const EXIF_DIRECTORY = 0x8769;
const ENTRY_BYTES = 12;
/** Bytes of a value of each TIFF type, 1 to 13. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
const CHARSET_BYTES = 8;

/** The texts of an EXIF block, which begins with its TIFF header; none where it is broken. */
export function readExif(tiff: Uint8Array): PictureText[] {
  if (tiff.length < 8) return [];
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return [];
  const little = order === 0x4949;
  const texts: PictureText[] = [];

  const readDirectory = (at: number): number | undefined => {
    if (at < 8 || at + 2 > tiff.length) return undefined;
    const count = Math.min(view.getUint16(at, little), BOUNDS.exifEntries);
    let pointer: number | undefined;
    for (let index = 0; index < count; index++) {
      const entry = at + 2 + index * ENTRY_BYTES;
      if (entry + ENTRY_BYTES > tiff.length) break;
      const tag = view.getUint16(entry, little);
      if (tag === EXIF_DIRECTORY) pointer = view.getUint32(entry + 8, little);
      const keyword = TAGS[tag];
      if (keyword === undefined) continue;
      const bytes = (TYPE_BYTES[view.getUint16(entry + 2, little)] ?? 0) * view.getUint32(entry + 4, little);
      const start = bytes <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
      if (bytes === 0 || bytes > BOUNDS.textBytes || start + bytes > tiff.length) continue;
      const value = tiff.subarray(start, start + bytes);
      const text = keyword === "UserComment" ? userComment(value, little) : new TextDecoder().decode(value);
      texts.push({ keyword, text: trimZeros(text) });
    }
    return pointer;
  };

  const exif = readDirectory(view.getUint32(4, little));
  if (exif !== undefined) readDirectory(exif);
  return texts;
}

/** Eight bytes name the characters (Exif 2.32, 4.6.5); programs that leave them out write UTF-8. */
function userComment(value: Uint8Array, little: boolean): string {
  const charset = trimZeros(new TextDecoder("latin1").decode(value.subarray(0, CHARSET_BYTES)));
  const body = value.subarray(CHARSET_BYTES);
  if (charset === "UNICODE") return new TextDecoder(utf16Order(body, little)).decode(body);
  if (charset === "ASCII" || charset === "") return new TextDecoder().decode(body);
  return new TextDecoder().decode(value);
}

/**
 * The block's own byte order is the rule, and piexif (AUTOMATIC1111's writer) breaks it. Settings hold spaces and
 * Latin letters, so the zeros show which byte of a pair is the high one.
 */
function utf16Order(body: Uint8Array, little: boolean): "utf-16le" | "utf-16be" {
  let even = 0;
  let odd = 0;
  for (let index = 0; index + 1 < body.length; index += 2) {
    if (body[index] === 0) even++;
    if (body[index + 1] === 0) odd++;
  }
  if (even === odd) return little ? "utf-16le" : "utf-16be";
  return odd > even ? "utf-16le" : "utf-16be";
}

function trimZeros(text: string): string {
  return text.replaceAll("\0", "");
}
