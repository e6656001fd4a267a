import { EaselError } from "../contracts/errors.ts";

/**
 * Reads a zip without holding it: the list of its files, and each file's bytes when they are asked for. ZIP64 too,
 * since models are larger than 4 GB (PKWARE's APPNOTE, sections 4.3 and 4.5).
 */
export interface ZipEntry {
  path: string;
  size: number;
  /** Its bytes; of a stored file a slice of the zip itself. */
  open: () => Promise<Blob>;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const ZIP64_FIELD = 1;
/** The end record is 22 bytes and a comment of at most 65,535. */
const LONGEST_END = 22 + 65_535;
const IN_FIELD_64 = 0xffff_ffff;
const STORED = 0;
const DEFLATED = 8;

/** @throws EaselError `unsupported_media` where it is no zip, or one that is locked or packed otherwise */
export async function readZip(zip: Blob): Promise<ZipEntry[]> {
  const { offset, size, count } = await findDirectory(zip);
  const view = await viewOf(zip, offset, size);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL)
      throw noZip("its list of files is damaged");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true),
    );
    const nameEnd = at + 46 + (nameLength ?? 0);
    const path = new TextDecoder().decode(bytesOf(view, at + 46, nameLength ?? 0));
    const sizes = readSizes(view, at, nameEnd, extraLength ?? 0);
    const method = view.getUint16(at + 10, true);
    if ((view.getUint16(at + 8, true) & 1) === 1) throw noZip(`${path} is locked with a password`);
    if (method !== STORED && method !== DEFLATED)
      throw noZip(`${path} is packed in a way that browsers do not know`);
    if (!path.endsWith("/"))
      entries.push({ path, size: sizes.size, open: () => openEntry(zip, sizes, method) });
    at = nameEnd + (extraLength ?? 0) + (commentLength ?? 0);
  }
  return entries;
}

interface Sizes {
  size: number;
  packed: number;
  offset: number;
}

async function openEntry(zip: Blob, { packed, offset }: Sizes, method: number): Promise<Blob> {
  const local = await viewOf(zip, offset, 30);
  if (local.getUint32(0, true) !== LOCAL) throw noZip("a file is not where its list says");
  const start = offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  const bytes = zip.slice(start, start + packed);
  if (method === STORED) return bytes;
  return new Response(bytes.stream().pipeThrough(new DecompressionStream("deflate-raw"))).blob();
}

async function findDirectory(zip: Blob): Promise<{ offset: number; size: number; count: number }> {
  const start = Math.max(0, zip.size - LONGEST_END);
  const view = await viewOf(zip, start, zip.size - start);
  let at = view.byteLength - 22;
  while (at >= 0 && view.getUint32(at, true) !== END) at--;
  if (at < 0) throw noZip("it has no list of files at its end");
  const count = view.getUint16(at + 10, true);
  const [size, offset] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
  const is64 = at >= 20 && view.getUint32(at - 20, true) === LOCATOR64;
  if (!is64) return { count, size, offset };
  const end = await viewOf(zip, Number(view.getBigUint64(at - 12, true)), 56);
  if (end.getUint32(0, true) !== END64) throw noZip("the end of its list is damaged");
  const [count64, size64, offset64] = [32, 40, 48].map((field) => Number(end.getBigUint64(field, true)));
  return { count: count64 ?? 0, size: size64 ?? 0, offset: offset64 ?? 0 };
}

/** Numbers that do not fit 32 bits stand in a field of their own, in this order, only those that are needed. */
function readSizes(view: DataView, at: number, extra: number, extraLength: number): Sizes {
  const fields = [24, 20, 42].map((field) => view.getUint32(at + field, true));
  for (let field = extra; field + 4 <= extra + extraLength;) {
    const length = view.getUint16(field + 2, true);
    if (view.getUint16(field, true) === ZIP64_FIELD) {
      let next = field + 4;
      for (const [i, value] of fields.entries()) {
        if (value !== IN_FIELD_64) continue;
        fields[i] = Number(view.getBigUint64(next, true));
        next += 8;
      }
    }
    field += 4 + length;
  }
  const [size = 0, packed = 0, offset = 0] = fields;
  return { size, packed, offset };
}

async function viewOf(zip: Blob, offset: number, size: number): Promise<DataView> {
  const view = new DataView(await zip.slice(offset, offset + size).arrayBuffer());
  if (view.byteLength < size) throw noZip("it is cut short");
  return view;
}

function bytesOf(view: DataView, offset: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, length);
}

function noZip(what: string): EaselError {
  return new EaselError("unsupported_media", `The zip can't be read: ${what}.`, {
    hint: "Pack the files as an ordinary zip, without a password.",
  });
}
