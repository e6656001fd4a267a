import { deflateSync } from "node:zlib";
import sharp from "sharp";

export interface HostileFile {
  name: string;
  bytes: Uint8Array;
}

const latin1 = (text: string) => Buffer.from(text, "latin1");

/** What is no PNG, JPEG or WebP, by its first bytes. */
const FOREIGN: Readonly<Record<string, Buffer>> = {
  "an empty file": latin1(""),
  "one byte": latin1("\x89"),
  "a GIF": latin1("GIF89a\x01\0\x01\0\0\0\0;"),
  "a bitmap": latin1("BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"),
  "a TIFF, little-endian": latin1("II*\0\x08\0\0\0\x01\0"),
  "a TIFF, big-endian": latin1("MM\0*\0\0\0\x08\0\x01"),
  "an icon": latin1("\0\0\x01\0\x01\0\x10\x10"),
  "an SVG": latin1("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
  "a page": latin1("<!doctype html><script>alert(1)</script>"),
  "a PDF": latin1("%PDF-1.7\n%\xe2\xe3\xcf\xd3"),
  "a zip": latin1("PK\x03\x04\x14\0\0\0\x08\0"),
  "a gzip": latin1("\x1f\x8b\x08\0\0\0\0\0\0\x03"),
  "an AVIF": latin1("\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf"),
  "a HEIC": latin1("\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
  "a JPEG XL": latin1("\0\0\0\x0cJXL \r\n\x87\n"),
  "a program": latin1("\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"),
  "a sound": latin1("RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\0\0\0\0\0\0\0\0"),
  "a PNG's signature alone": latin1("\x89PNG\r\n\x1a\n"),
  "a WebP's signature alone": latin1("RIFF\0\0\0\0WEBP"),
  "a JPEG's signature alone": latin1("\xff\xd8\xff"),
};

function chunk(type: string, body: Uint8Array, crc = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.byteLength);
  head.write(type, 4, "latin1");
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc);
  return Buffer.concat([head, body, tail]);
}

function changed(file: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(file);
  change(copy);
  return copy;
}

const sized = (png: Buffer, width: number, height: number) =>
  changed(png, (copy) => {
    copy.writeUInt32BE(width, 16);
    copy.writeUInt32BE(height, 20);
  });

function lyingPngs(png: Buffer): Record<string, Buffer> {
  const header = png.subarray(0, 33);
  const end = chunk("IEND", Buffer.alloc(0), 0xae426082);
  return {
    "a PNG of no width": sized(png, 0, 30),
    "a PNG of no height": sized(png, 40, 0),
    "a PNG that says 60,000 x 60,000": sized(png, 60_000, 60_000),
    "a PNG that says 2^32 - 1 by 1": sized(png, 0xffffffff, 1),
    "a PNG of one row more than 16 megapixels": sized(png, 4096, 4097),
    "a PNG whose size is another than its pixels'": sized(png, 4000, 4000),
    "a PNG of 99 bits": changed(png, (copy) => (copy[24] = 99)),
    "a PNG of an unknown colour type": changed(png, (copy) => (copy[25] = 7)),
    "a PNG whose header comes second": Buffer.concat([png.subarray(0, 8), end, png.subarray(8)]),
    "a PNG without pixels": Buffer.concat([header, end]),
    "a PNG that ends after its header": header,
    "a PNG with a chunk of 4 GB": Buffer.concat([header, latin1("\xff\xff\xff\xffIDAT\0\0")]),
    "a PNG of noise": Buffer.concat([header, chunk("IDAT", Buffer.alloc(500, 0xa5)), end]),
    "a PNG that inflates to 64 MB": Buffer.concat([
      header,
      chunk("IDAT", deflateSync(Buffer.alloc(64 * 1024 * 1024))),
      end,
    ]),
    "a PNG with a text that inflates to 64 MB": Buffer.concat([
      header,
      chunk("zTXt", Buffer.concat([latin1("Comment\0\0"), deflateSync(Buffer.alloc(64 * 1024 * 1024, 65))])),
      png.subarray(33),
    ]),
    "a PNG with a broken colour profile": Buffer.concat([
      header,
      chunk("iCCP", latin1("profile\0\0not deflated")),
      png.subarray(33),
    ]),
    "a PNG and a page": Buffer.concat([png, FOREIGN["a page"] ?? Buffer.alloc(0)]),
  };
}

/** A start-of-frame's place in a JPEG of one. */
const frameOf = (jpeg: Buffer) => jpeg.indexOf(latin1("\xff\xc0"));

function lyingJpegs(jpeg: Buffer): Record<string, Buffer> {
  const frame = frameOf(jpeg);
  return {
    "a JPEG that says 65,535 x 65,535": changed(jpeg, (copy) => copy.writeUInt32BE(0xffffffff, frame + 5)),
    "a JPEG of no height": changed(jpeg, (copy) => copy.writeUInt16BE(0, frame + 5)),
    "a JPEG of 99 components": changed(jpeg, (copy) => (copy[frame + 9] = 99)),
    "a JPEG with a segment of no length": latin1(`\xff\xd8\xff\xe0\0\0${"\xff".repeat(60)}`),
    "a JPEG of nothing but fill": latin1(`\xff\xd8${"\xff".repeat(100_000)}`),
    "a JPEG whose segments lead out of it": latin1(`\xff\xd8\xff\xe0\xff\xff${"\0".repeat(40)}`),
    "a JPEG that ends with its frame": jpeg.subarray(0, frame + 19),
    "a JPEG of noise": changed(jpeg, (copy) => copy.fill(0xa5, jpeg.indexOf(latin1("\xff\xda")) + 14)),
  };
}

function lyingWebps(lossy: Buffer, lossless: Buffer): Record<string, Buffer> {
  const extended = (width: number, height: number) =>
    Buffer.concat([
      latin1("RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0"),
      changed(Buffer.alloc(6), (size) => {
        size.writeUIntLE(width - 1, 0, 3);
        size.writeUIntLE(height - 1, 3, 3);
      }),
    ]);
  return {
    "a WebP that says 16,384 x 16,384": changed(lossless, (copy) => copy.fill(0xff, 21, 25)),
    "a WebP's canvas of 2^24 by 2^24": extended(2 ** 24, 2 ** 24),
    "a WebP's canvas without a picture": extended(64, 64),
    "a WebP of noise": changed(lossy, (copy) => copy.fill(0xa5, 30)),
    "a WebP of no width": changed(lossy, (copy) => copy.writeUInt16LE(0, 26)),
  };
}

/** Files that somebody may send in place of a picture, each of them broken in its own way. */
export async function hostileFiles(): Promise<HostileFile[]> {
  const plain = { width: 40, height: 30, channels: 3 as const, background: { r: 9, g: 80, b: 200 } };
  const make = () => sharp({ create: plain });
  const [png, jpeg, lossy, lossless] = await Promise.all([
    make().png().toBuffer(),
    make().jpeg().toBuffer(),
    make().webp().toBuffer(),
    make().webp({ lossless: true }).toBuffer(),
  ]);
  const cut = Object.entries({ PNG: png, JPEG: jpeg, WebP: lossy }).flatMap(([name, file]) =>
    [20, file.length >> 1].map(
      (length) => [`a ${name} cut after ${length} bytes`, file.subarray(0, length)] as const,
    ),
  );
  const all = { ...FOREIGN, ...lyingPngs(png), ...lyingJpegs(jpeg), ...lyingWebps(lossy, lossless) };
  return [...Object.entries(all), ...cut].map(([name, bytes]) => ({ name, bytes: new Uint8Array(bytes) }));
}
