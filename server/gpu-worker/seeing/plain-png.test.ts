import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { crc32 } from "../../../src/core/metadata/crc32.ts";
import { brokenStills } from "../../tests/broken-stills.ts";
import { hostileFiles } from "../../tests/hostile-files.ts";
import { decodePlainPng } from "./plain-png.ts";

const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

interface Terms {
  width?: number;
  height?: number;
  colour?: number;
  bits?: number;
  interlaced?: number;
  rows?: Uint8Array;
  before?: Buffer[];
  between?: Buffer[];
  after?: Buffer[];
}

/** A PNG of bytes that look like nothing, each row under the next of the five filters, its data in two chunks. */
function png({ width = 7, height = 10, colour = 2, bits = 8, interlaced = 0, ...more }: Terms = {}): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([bits, colour, 0, 0, interlaced], 8);
  const rowBytes = 1 + width * (colour === 6 ? 4 : 3);
  const noise = Buffer.from(
    Array.from({ length: height * rowBytes }, (_, i) => ((i * 7919) % 251) ^ (i >> 3)),
  );
  for (let row = 0; row < height; row++) noise[row * rowBytes] = row % 5;
  const packed = deflateSync(more.rows ?? noise);
  const half = packed.length >> 1;
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", head),
    ...(more.before ?? []),
    chunk("IDAT", packed.subarray(0, half)),
    ...(more.between ?? []),
    chunk("IDAT", packed.subarray(half)),
    ...(more.after ?? []),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

async function bySharp(file: Uint8Array) {
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: Buffer.from(data).toString("hex") };
}
function byUs(file: Uint8Array) {
  const image = decodePlainPng(file);
  return (
    image && { width: image.width, height: image.height, pixels: Buffer.from(image.data).toString("hex") }
  );
}

test.each([
  ["RGB", png()],
  ["RGBA", png({ colour: 6 })],
  ["one pixel", png({ width: 1, height: 1 })],
  [
    "a text beside it",
    png({ before: [chunk("tEXt", Buffer.from("a\0b"))], after: [chunk("tIME", Buffer.alloc(7))] }),
  ],
  ["a drawing", readFileSync("workers/seeing/tests/four-drawings.png")],
])("its pixels are sharp's: %s", async (_, file) => {
  expect(byUs(file)).toEqual(await bySharp(file));
});

describe("what is not plain, or not whole, is left to sharp", () => {
  const whole = png();
  const changed = (at: number) => {
    const copy = Buffer.from(whole);
    copy[at]! ^= 1;
    return copy;
  };
  test.each([
    ["nothing", Buffer.alloc(0)],
    ["a palette", png({ colour: 3 })],
    ["16 bits a channel", png({ bits: 16 })],
    ["interlaced", png({ interlaced: 1 })],
    ["a colour profile", png({ before: [chunk("iCCP", Buffer.alloc(20))] })],
    ["a gamma", png({ before: [chunk("gAMA", Buffer.alloc(4))] })],
    ["a transparent colour", png({ before: [chunk("tRNS", Buffer.alloc(6))] })],
    ["turned by EXIF", png({ after: [chunk("eXIf", Buffer.alloc(20))] })],
    ["animated", png({ before: [chunk("acTL", Buffer.alloc(8))] })],
    ["two heads", png({ before: [chunk("IHDR", Buffer.alloc(13))] })],
    ["a chunk between its data", png({ between: [chunk("tEXt", Buffer.from("a\0b"))] })],
    ["more after its end", Buffer.concat([whole, Buffer.alloc(1)])],
    ["two ends", Buffer.concat([whole, chunk("IEND", Buffer.alloc(0))])],
    ["a second picture after its end", Buffer.concat([whole, whole.subarray(8)])],
    ["cut short", whole.subarray(0, -12)],
    ["cut short within a chunk", whole.subarray(0, -3)],
    ["a wrong checksum", changed(whole.length - 1)],
    ["a changed byte of data", changed(45)],
    ["fewer rows than it says", png({ rows: Buffer.alloc(9 * 22) })],
    ["more rows than it says", png({ rows: Buffer.alloc(11 * 22) })],
    ["a filter that does not exist", png({ rows: Buffer.alloc(10 * 22, 5) })],
    ["large", png({ width: 1025, height: 256 })],
  ])("%s", (_, file) => {
    expect(decodePlainPng(file)).toBeUndefined();
  });

  test("hostile and broken files", async () => {
    for (const { name, bytes } of await brokenStills())
      expect([name, byUs(bytes)]).toEqual([name, undefined]);
    for (const { bytes } of await hostileFiles()) {
      const seen = byUs(bytes);
      if (seen !== undefined) expect(seen).toEqual(await bySharp(bytes));
    }
  });
});
