import { EaselError } from "../../contracts/errors.ts";
import { BOUNDS } from "./container/bounds.ts";
import { readExif } from "./container/exif.ts";
import { inflate } from "./container/inflate.ts";
import type { PictureText } from "./container/picture-text.ts";
import { crc32 } from "./crc32.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Length, type and CRC of a chunk, without its data. */
const CHUNK_FRAME = 12;

interface Chunk {
  type: string;
  data: Uint8Array;
  /** Where the chunk begins in the file, and where the next one does. */
  start: number;
  end: number;
}

/**
 * The PNG with a text chunk of this keyword, put before the pixels; an earlier one of the keyword goes. Latin-1 text
 * becomes a tEXt chunk, which every reader knows; anything else an iTXt chunk in UTF-8.
 * @throws EaselError `unsupported_media` where the bytes are no PNG.
 */
export function writePngText(png: Uint8Array, keyword: string, text: string): Uint8Array<ArrayBuffer> {
  const chunks = readChunks(png);
  const head = chunks[0];
  if (head === undefined) throw notPng("it has no chunks");
  const kept = chunks.filter((chunk) => textOf(chunk)?.keyword !== keyword);
  const parts = [
    png.subarray(0, SIGNATURE.length),
    png.subarray(head.start, head.end),
    textChunk(keyword, text),
    ...kept.slice(1).map((chunk) => png.subarray(chunk.start, chunk.end)),
  ];
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/**
 * The text of the first uncompressed text chunk with this keyword, or undefined.
 * @throws EaselError `unsupported_media` where the bytes are no PNG.
 */
export function readPngText(png: Uint8Array, keyword: string): string | undefined {
  for (const chunk of readChunks(png)) {
    const entry = textOf(chunk);
    if (entry?.keyword === keyword) return entry.text;
  }
  return undefined;
}

/**
 * Every text of a PNG, the compressed ones unpacked and EXIF's with them; of a file that is cut short, those before
 * the cut. Texts over BOUNDS are left out.
 * @throws EaselError `unsupported_media` where the bytes are no PNG.
 */
export async function readPngTexts(png: Uint8Array): Promise<PictureText[]> {
  const texts: PictureText[] = [];
  for (const chunk of chunksOf(png)) {
    if (texts.length >= BOUNDS.texts) break;
    if (chunk === null) break;
    if (chunk.data.length > BOUNDS.textBytes) continue;
    const entry = textOf(chunk) ?? (await packedTextOf(chunk));
    if (entry !== undefined) texts.push(entry);
    if (chunk.type === "eXIf") texts.push(...readExif(chunk.data));
  }
  return texts;
}

/** The text of a zTXt chunk, or of a compressed iTXt (PNG specification, 11.3.3). */
async function packedTextOf({ type, data }: Chunk): Promise<PictureText | undefined> {
  const separator = data.indexOf(0);
  if (separator < 1 || (type !== "zTXt" && type !== "iTXt")) return undefined;
  let start = separator + 2;
  if (type === "iTXt") {
    const languageEnd = data.indexOf(0, separator + 3);
    const translatedEnd = languageEnd < 0 ? -1 : data.indexOf(0, languageEnd + 1);
    if (translatedEnd < 0) return undefined;
    start = translatedEnd + 1;
  }
  const bytes = await inflate(data.subarray(start));
  if (bytes === undefined) return undefined;
  const text = type === "zTXt" ? latin1(bytes) : new TextDecoder().decode(bytes);
  return { keyword: latin1(data.subarray(0, separator)), text };
}

function readChunks(png: Uint8Array): Chunk[] {
  return [...chunksOf(png)].map((chunk) => {
    if (chunk === null) throw notPng("its last chunk is cut short");
    return chunk;
  });
}

/** The chunks one by one; null, and then no more, where the file is cut short. */
function* chunksOf(png: Uint8Array): Generator<Chunk | null> {
  if (!SIGNATURE.every((byte, i) => png[i] === byte)) throw notPng("its first bytes are others");
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let start = SIGNATURE.length;
  while (start < png.length) {
    const end = start + CHUNK_FRAME <= png.length ? start + CHUNK_FRAME + view.getUint32(start) : Infinity;
    if (end > png.length) {
      yield null;
      return;
    }
    const type = latin1(png.subarray(start + 4, start + 8));
    yield { type, data: png.subarray(start + 8, end - 4), start, end };
    start = end;
  }
}

function textOf({ type, data }: Chunk): { keyword: string; text: string } | undefined {
  const separator = data.indexOf(0);
  if (separator < 1) return undefined;
  const keyword = latin1(data.subarray(0, separator));
  if (type === "tEXt") return { keyword, text: latin1(data.subarray(separator + 1)) };
  if (type !== "iTXt" || data[separator + 1] !== 0) return undefined;
  // Compression flag, method, then language and translated keyword, each ended by a zero.
  const languageEnd = data.indexOf(0, separator + 3);
  const translatedEnd = languageEnd < 0 ? -1 : data.indexOf(0, languageEnd + 1);
  if (translatedEnd < 0) return undefined;
  return { keyword, text: new TextDecoder().decode(data.subarray(translatedEnd + 1)) };
}

function textChunk(keyword: string, text: string): Uint8Array {
  // A line feed is the only control character that Latin-1 text may hold.
  const isLatin1 = /^[\n\x20-\x7e\xa0-\xff]*$/.test(text);
  const key = Uint8Array.from(keyword, (character) => character.charCodeAt(0));
  const data = isLatin1
    ? Uint8Array.of(...key, 0, ...Array.from(text, (character) => character.charCodeAt(0)))
    : Uint8Array.of(...key, 0, 0, 0, 0, 0, ...new TextEncoder().encode(text));
  const chunk = new Uint8Array(CHUNK_FRAME + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(
    Uint8Array.from(isLatin1 ? "tEXt" : "iTXt", (letter) => letter.charCodeAt(0)),
    4,
  );
  chunk.set(data, 8);
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function notPng(why: string): EaselError {
  return new EaselError("unsupported_media", `A PNG file was expected, but ${why}.`);
}
