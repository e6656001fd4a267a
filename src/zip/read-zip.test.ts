import { crc32, deflateRawSync } from "node:zlib";
import { expect, it } from "vitest";
import { readZip } from "./read-zip.ts";

interface Packed {
  path: string;
  bytes: Buffer;
  deflate?: boolean;
  /** With its numbers in the ZIP64 field. */
  zip64?: boolean;
}

/** A zip written by hand after the APPNOTE, so that the reader is not tested against itself. */
function zipOf(files: readonly Packed[], comment = ""): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { path, bytes, deflate = false, zip64 = false } of files) {
    const packed = deflate ? deflateRawSync(bytes) : bytes;
    const name = Buffer.from(path);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(deflate ? 8 : 0, 8);
    local.writeUInt16LE(name.length, 26);
    locals.push(local, name, packed);
    const extra = Buffer.alloc(zip64 ? 28 : 0);
    const head = Buffer.alloc(46);
    head.writeUInt32LE(0x02014b50, 0);
    head.writeUInt16LE(deflate ? 8 : 0, 10);
    head.writeUInt32LE(crcOf(bytes), 16);
    const numbers = [bytes.length, packed.length, offset];
    if (zip64) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      numbers.forEach((value, i) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
    }
    const [size, compressed, at] = numbers.map((value) => (zip64 ? 0xffffffff : value));
    head.writeUInt32LE(compressed!, 20);
    head.writeUInt32LE(size!, 24);
    head.writeUInt32LE(at!, 42);
    head.writeUInt16LE(name.length, 28);
    head.writeUInt16LE(extra.length, 30);
    central.push(head, name, extra);
    offset += 30 + name.length + packed.length;
  }
  const list = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, list, end, Buffer.from(comment)]);
}

/** Node 20 has no crc32 before 20.15; nothing here reads it. */
function crcOf(bytes: Buffer): number {
  return typeof crc32 === "function" ? crc32(bytes) : 0;
}

async function contentOf(zip: Buffer): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const { path, size, open } of await readZip(new Blob([new Uint8Array(zip)]))) {
    const text = await (await open()).text();
    expect(text.length).toBe(size);
    content[path] = text;
  }
  return content;
}

it("gives stored, deflated and 64-bit files, through a comment, without folders", async () => {
  const long = "x".repeat(10_000);
  const zip = zipOf(
    [
      { path: "model/", bytes: Buffer.alloc(0) },
      { path: "model/a.txt", bytes: Buffer.from("alpha") },
      { path: "model/b.txt", bytes: Buffer.from(long), deflate: true },
      { path: "model/c.txt", bytes: Buffer.from("gamma"), zip64: true },
    ],
    "made by hand",
  );
  expect(await contentOf(zip)).toEqual({
    "model/a.txt": "alpha",
    "model/b.txt": long,
    "model/c.txt": "gamma",
  });
});

it.each<[string, (zip: Buffer) => Buffer, RegExp]>([
  ["no zip", () => Buffer.from("hello"), /no list of files/],
  ["a cut one", (zip) => zip.subarray(0, zip.length - 30), /no list of files/],
  ["one whose list is damaged", (zip) => (zip.writeUInt8(0, zip.length - 22 - 51), zip), /damaged/],
])("refuses %s with a word", async (_, spoil, words) => {
  const zip = spoil(zipOf([{ path: "a.txt", bytes: Buffer.from("alpha") }]));
  await expect(contentOf(zip)).rejects.toMatchObject({
    code: "unsupported_media",
    message: expect.stringMatching(words) as unknown,
  });
});
