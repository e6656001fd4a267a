import { crc32 } from "../crc32.ts";

/** Files as other programs write them, for tests: each container by its specification, one grey pixel or none. */

/** Filter byte and pixel, in zlib's stored form (RFC 1950, RFC 1951 3.2.4). */
const GREY_PIXEL = Uint8Array.of(0x78, 1, 1, 2, 0, 0xfd, 0xff, 0, 127, 0, 0x81, 0, 0x80);

const utf8 = (text: string): Buffer => Buffer.from(text, "utf8");
const big32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([utf8(type), data]);
  return Buffer.concat([big32(data.length), body, big32(crc32(body))]);
}

export function png(...textChunks: Buffer[]): Buffer {
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk("IHDR", Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)),
    ...textChunks,
    pngChunk("IDAT", GREY_PIXEL),
    pngChunk("IEND", new Uint8Array()),
  ]);
}

export const tEXt = (keyword: string, text: string): Buffer =>
  pngChunk("tEXt", Buffer.concat([utf8(keyword), Buffer.of(0), Buffer.from(text, "latin1")]));

/** `packed` is what zlib makes of the text in Latin-1. */
export const zTXt = (keyword: string, packed: Uint8Array): Buffer =>
  pngChunk("zTXt", Buffer.concat([utf8(keyword), Buffer.of(0, 0), packed]));

export const iTXt = (keyword: string, text: string): Buffer =>
  pngChunk("iTXt", Buffer.concat([utf8(keyword), Buffer.of(0, 0, 0, 0, 0), utf8(text)]));

/** `packed` is what zlib makes of the text in UTF-8. */
export const packedITXt = (keyword: string, packed: Uint8Array): Buffer =>
  pngChunk("iTXt", Buffer.concat([utf8(keyword), Buffer.of(0, 1, 0, 0, 0), packed]));

/** AUTOMATIC1111's UserComment: "UNICODE" and UTF-16, big-endian as piexif writes it, or the block's own order. */
export function unicodeComment(text: string, order: "big" | "little" = "big"): Buffer {
  const body = Buffer.from(text, "utf16le");
  return Buffer.concat([utf8("UNICODE\0"), order === "big" ? body.swap16() : body]);
}

/** An EXIF block (TIFF, little-endian): tags of the first directory, and of the EXIF directory. */
export function exif(first: Record<number, Buffer>, inner: Record<number, Buffer> = {}): Buffer {
  const firstTags = Object.entries(first);
  const innerTags = Object.entries(inner);
  const innerAt = 8 + 2 + 12 * (firstTags.length + 1) + 4;
  let valueAt = innerAt + 2 + 12 * innerTags.length + 4;
  const values: Buffer[] = [];
  const entry = (tag: number, type: number, count: number, value: number): Buffer => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16LE(tag, 0);
    bytes.writeUInt16LE(type, 2);
    bytes.writeUInt32LE(count, 4);
    bytes.writeUInt32LE(value, 8);
    return bytes;
  };
  const undefinedType = 7;
  const entries = (tags: [string, Buffer][]): Buffer[] =>
    tags.map(([tag, value]) => {
      const made = entry(Number(tag), undefinedType, value.length, valueAt);
      values.push(value);
      valueAt += value.length;
      return made;
    });
  const count = (tags: number): Buffer => Buffer.of(tags, 0);
  return Buffer.concat([
    Buffer.of(0x49, 0x49, 42, 0, 8, 0, 0, 0),
    count(firstTags.length + 1),
    ...entries(firstTags),
    entry(0x8769, 4, 1, innerAt),
    Buffer.alloc(4),
    count(innerTags.length),
    ...entries(innerTags),
    Buffer.alloc(4),
    ...values,
  ]);
}

export function xmp(property: string, text: string): Buffer {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("\n", "&#xA;");
  return utf8(
    `<x:xmpmeta><rdf:RDF><rdf:Description><${property}><rdf:Alt><rdf:li xml:lang="x-default">${escaped}</rdf:li>` +
      `</rdf:Alt></${property}></rdf:Description></rdf:RDF></x:xmpmeta>`,
  );
}

export function jpeg(parts: { exif?: Buffer; xmp?: Buffer }): Buffer {
  const segment = (data: Buffer): Buffer =>
    Buffer.concat([Buffer.of(0xff, 0xe1, (data.length + 2) >> 8, (data.length + 2) & 0xff), data]);
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    ...(parts.exif === undefined ? [] : [segment(Buffer.concat([utf8("Exif\0\0"), parts.exif]))]),
    ...(parts.xmp === undefined
      ? []
      : [segment(Buffer.concat([utf8("http://ns.adobe.com/xap/1.0/\0"), parts.xmp]))]),
    Buffer.of(0xff, 0xda, 0, 2, 0xff, 0xd9),
  ]);
}

export function webp(parts: { exif?: Buffer; xmp?: Buffer }): Buffer {
  const chunk = (name: string, data: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(data.length);
    return Buffer.concat([utf8(name), length, data, Buffer.alloc(data.length % 2)]);
  };
  const body = Buffer.concat([
    utf8("WEBP"),
    chunk("VP8X", Buffer.alloc(10)),
    ...(parts.exif === undefined ? [] : [chunk("EXIF", parts.exif)]),
    ...(parts.xmp === undefined ? [] : [chunk("XMP ", parts.xmp)]),
  ]);
  return chunk("RIFF", body);
}
