import { readExif } from "./exif.ts";
import type { PictureText } from "./picture-text.ts";
import { readXmp } from "./xmp.ts";

const EXIF = "Exif\0\0";
const XMP = "http://ns.adobe.com/xap/1.0/\0";
const START_OF_SCAN = 0xda;
const APP1 = 0xe1;
const COMMENT = 0xfe;

/** The texts of a JPEG's segments before its pixels (ITU-T T.81, annex B): EXIF, XMP and comments. */
export function readJpegTexts(jpeg: Uint8Array): PictureText[] {
  const texts: PictureText[] = [];
  let at = 2;
  while (at + 4 <= jpeg.length && jpeg[at] === 0xff) {
    const marker = jpeg[at + 1]!;
    // A marker may be filled up with any number of 0xff before it.
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = jpeg[at + 2]! * 256 + jpeg[at + 3]!;
    const data = jpeg.subarray(at + 4, at + 2 + length);
    if (marker === START_OF_SCAN || length < 2) break;
    if (marker === COMMENT) texts.push({ keyword: "Comment", text: new TextDecoder().decode(data) });
    if (marker === APP1 && begins(data, EXIF)) texts.push(...readExif(data.subarray(EXIF.length)));
    if (marker === APP1 && begins(data, XMP)) texts.push(...readXmp(data.subarray(XMP.length)));
    at += 2 + length;
  }
  return texts;
}

function begins(data: Uint8Array, text: string): boolean {
  return data.length >= text.length && [...text].every((letter, i) => data[i] === letter.charCodeAt(0));
}
