import sharp from "sharp";
import { crc32 } from "../../src/core/metadata/crc32.ts";

interface BrokenStill {
  name: string;
  bytes: Uint8Array;
  status: number;
  /** What its error says. */
  reason: RegExp;
}

/** Files that are no whole still picture in RGB, and what is to be said of each. */
export async function brokenStills(): Promise<BrokenStill[]> {
  const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251));
  const make = () => sharp(noise, { raw: { width: 64, height: 64, channels: 3 } });
  const [png, jpeg, webp, cmyk] = await Promise.all([
    make().png().toBuffer(),
    make().jpeg().toBuffer(),
    make().webp().toBuffer(),
    make().toColourspace("cmyk").jpeg().toBuffer(),
  ]);
  const [moving, gif] = await Promise.all([
    sharp([png, jpeg], { join: { animated: true } })
      .webp()
      .toBuffer(),
    make().gif().toBuffer(),
  ]);
  const cut = (file: Buffer) => file.subarray(0, Math.floor(file.length * 0.6));
  const refused = { status: 415, reason: /damaged or cut short/ };
  const foreign = { status: 415, reason: /none of them/ };
  return [
    { name: "nothing", bytes: Buffer.alloc(0), ...foreign },
    { name: "a text", bytes: Buffer.from("not a picture"), ...foreign },
    { name: "a GIF", bytes: gif, ...foreign },
    { name: "half a PNG", bytes: cut(png), ...refused },
    { name: "half a JPEG", bytes: cut(jpeg), ...refused },
    { name: "half a WebP", bytes: cut(webp), ...refused },
    { name: "100 megapixels", bytes: sized(png, 10_000), status: 415, reason: /10000 x 10000/ },
    { name: "pixels for less than is said", bytes: sized(png, 4000), ...refused },
    { name: "an animated WebP", bytes: moving, status: 415, reason: /2 frames/ },
    { name: "an animated PNG", bytes: animated(png), status: 415, reason: /several frames/ },
    { name: "a JPEG in CMYK", bytes: cmyk, status: 415, reason: /CMYK/ },
  ];
}

/** A PNG that says it is a square of this side. */
function sized(png: Buffer, side: number): Buffer {
  const copy = Buffer.from(png);
  copy.writeUInt32BE(side, 16);
  copy.writeUInt32BE(side, 20);
  copy.writeUInt32BE(crc32(copy.subarray(12, 29)), 29);
  return copy;
}

/** A PNG with the chunk that says it has two frames, before its data. */
function animated(png: Buffer): Buffer {
  const chunk = Buffer.alloc(20);
  chunk.writeUInt32BE(8);
  chunk.write("acTL", 4, "latin1");
  chunk.writeUInt32BE(2, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 16)), 16);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}
