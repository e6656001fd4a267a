import { EaselError } from "../../../contracts/errors.ts";
import { readPngTexts } from "../png-text.ts";
import { BOUNDS } from "./bounds.ts";
import { readJpegTexts } from "./jpeg.ts";
import { readWebpTexts } from "./webp.ts";

/** A text that a picture carries: PNG's keyword, EXIF's tag, or `XMP`. */
export interface PictureText {
  keyword: string;
  text: string;
}

/**
 * Every text of a PNG (tEXt, zTXt, iTXt, eXIf), JPEG or WebP (EXIF, XMP). A file that is cut short or broken gives
 * what could be read before; what is over BOUNDS is left out.
 * @throws EaselError `unsupported_media` where the bytes are none of the three.
 */
export async function readPictureTexts(bytes: Uint8Array): Promise<PictureText[]> {
  const texts = await readerOf(bytes)(bytes);
  return texts.filter(({ text }) => text.length <= BOUNDS.textBytes).slice(0, BOUNDS.texts);
}

function readerOf(bytes: Uint8Array): (bytes: Uint8Array) => PictureText[] | Promise<PictureText[]> {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return readPngTexts;
  if (head.startsWith("\xff\xd8\xff")) return readJpegTexts;
  if (head.startsWith("RIFF") && head.endsWith("WEBP")) return readWebpTexts;
  throw new EaselError("unsupported_media", "This file is not a PNG, JPEG or WebP picture.", {
    hint: "Take the file as the program that drew it has saved it.",
  });
}
