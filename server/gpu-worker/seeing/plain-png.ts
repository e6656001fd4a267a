import { crc32, inflateSync } from "node:zlib";
import type { RgbaImage } from "../../../src/core/tensor/image.ts";

/** A larger picture is better decoded beside this thread. */
const MOST_PIXELS = 512 * 512;
const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
/** Length, type and checksum of a chunk. */
const CHUNK_FRAME = 12;
/** They change no pixel. */
const OTHER_CHUNKS: ReadonlySet<string> = new Set(["tEXt", "iTXt", "tIME", "pHYs", "sRGB"]);
/** Bytes a pixel by its colour type: RGB, and RGB with alpha (PNG 11.2.2). */
const PIXEL_BYTES: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/** Where rows lose their filter, picture after picture: fresh memory for each keeps the collector of garbage busy. */
let memory = new Uint8Array(0);

/**
 * The pixels of a small PNG in 8 bits a channel, RGB or RGBA, not interlaced, in sRGB: what this project draws, and most of
 * what is sent to be seen. sharp takes ten times as long to set out for so few pixels. Undefined for every other file, and
 * where anything about it is not as it should be: sharp decodes it, or says what is wrong.
 */
export function decodePlainPng(file: Uint8Array): RgbaImage | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const parts = partsOf(bytes);
  if (parts === undefined) return undefined;
  const { width, height, pixelBytes, packed } = parts;
  const rowBytes = 1 + width * pixelBytes;
  const filtered = inflated(packed, height * rowBytes);
  if (filtered === undefined) return undefined;
  // A row of zeros stands before the first one, as its filter would have it (PNG 9.2).
  const length = (height + 1) * rowBytes;
  if (memory.length < length) memory = new Uint8Array(length);
  const rows = memory.subarray(0, length).fill(0, 0, rowBytes);
  rows.set(filtered, rowBytes);
  for (let row = 1; row <= height; row++) if (!unfilter(rows, row * rowBytes, rowBytes, pixelBytes)) return;
  return { width, height, data: asRgba(rows, { width, height, pixelBytes }) };
}

interface Parts {
  width: number;
  height: number;
  pixelBytes: number;
  /** What zlib has packed: the chunks' data, one after the other. */
  packed: Uint8Array;
}

function partsOf(bytes: Buffer): Parts | undefined {
  if (bytes.length < 33 || bytes.compare(SIGNATURE, 0, 8, 0, 8) !== 0) return undefined;
  if (bytes.toString("latin1", 12, 16) !== "IHDR" || bytes.readUInt32BE(8) !== 13) return undefined;
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const pixelBytes = PIXEL_BYTES[bytes[25]!];
  if (width * height === 0 || width * height > MOST_PIXELS || pixelBytes === undefined) return undefined;
  // 8 bits a channel; the one compression and the one filter method; not interlaced.
  if (bytes[24] !== 8 || bytes[26] !== 0 || bytes[27] !== 0 || bytes[28] !== 0) return undefined;
  const packed: Buffer[] = [];
  let last = "";
  for (let at = SIGNATURE.length; at < bytes.length;) {
    if (last === "IEND" || at + CHUNK_FRAME > bytes.length) return undefined;
    const end = at + CHUNK_FRAME + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) return undefined;
    if (type === "IDAT") {
      if (packed.length > 0 && last !== "IDAT") return undefined;
      packed.push(bytes.subarray(at + 8, end - 4));
    } else if (type === "IHDR" ? last !== "" : type !== "IEND" && !OTHER_CHUNKS.has(type)) return undefined;
    last = type;
    at = end;
  }
  if (last !== "IEND") return undefined;
  return { width, height, pixelBytes, packed: packed.length === 1 ? packed[0]! : Buffer.concat(packed) };
}

/** Undefined where it is damaged, or of another length. */
function inflated(packed: Uint8Array, length: number): Uint8Array | undefined {
  try {
    // One byte more, so that too much is noticed.
    const bytes = inflateSync(packed, { chunkSize: Math.max(64, length + 1), maxOutputLength: length + 1 });
    return bytes.length === length ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** Takes the filter off one row, in place (PNG 9.2). False: there is no such filter. */
function unfilter(rows: Uint8Array, start: number, rowBytes: number, pixelBytes: number): boolean {
  const end = start + rowBytes;
  const first = start + 1;
  const filter = rows[start]!;
  if (filter === 1) {
    for (let at = first + pixelBytes; at < end; at++) rows[at] = rows[at]! + rows[at - pixelBytes]!;
  } else if (filter === 2) {
    for (let at = first; at < end; at++) rows[at] = rows[at]! + rows[at - rowBytes]!;
  } else if (filter === 3) {
    for (let at = first; at < end; at++) {
      const left = at < first + pixelBytes ? 0 : rows[at - pixelBytes]!;
      rows[at] = rows[at]! + ((left + rows[at - rowBytes]!) >> 1);
    }
  } else if (filter === 4) {
    for (let channel = first; channel < first + pixelBytes; channel++)
      takePaeth(rows, channel, end, rowBytes, pixelBytes);
  } else if (filter !== 0) return false;
  return true;
}

/** One channel of a row. On a drawing's flat grounds two of the three neighbours are mostly the same: that decides alone. */
function takePaeth(rows: Uint8Array, first: number, end: number, rowBytes: number, pixelBytes: number): void {
  let left = 0;
  let corner = 0;
  for (let at = first; at < end; at += pixelBytes) {
    const above = rows[at - rowBytes]!;
    let nearest = left;
    if (above !== corner) nearest = left === corner ? above : paeth(left, above, corner);
    left = (rows[at]! + nearest) & 255;
    rows[at] = left;
    corner = above;
  }
}

/** The neighbour nearest to left + above - corner (PNG 9.4). */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

function asRgba(
  rows: Uint8Array,
  { width, height, pixelBytes }: { width: number; height: number; pixelBytes: number },
): Uint8ClampedArray<ArrayBuffer> {
  const data = new Uint8ClampedArray(4 * width * height);
  const rowBytes = 1 + width * pixelBytes;
  for (let row = 0, to = 0; row < height; row++) {
    let from = (row + 1) * rowBytes + 1;
    for (let x = 0; x < width; x++, from += pixelBytes, to += 4) {
      data[to] = rows[from]!;
      data[to + 1] = rows[from + 1]!;
      data[to + 2] = rows[from + 2]!;
      data[to + 3] = pixelBytes === 4 ? rows[from + 3]! : 255;
    }
  }
  return data;
}
