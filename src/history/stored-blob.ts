import type { HistoryDatabase, InputPicture, Picture } from "./database.ts";

/** A Blob as a database keeps it that takes none. */
interface BlobBytes {
  type: string;
  bytes: ArrayBuffer;
}

const PROBE = "probe";
const taking = new WeakMap<HistoryDatabase, Promise<boolean>>();

/**
 * Whether this browser's database takes Blobs, found out with the first one: WebKit refuses them in private windows
 * ("Error preparing Blob/File data to be stored in object store").
 */
function takesBlobs(database: HistoryDatabase): Promise<boolean> {
  const known = taking.get(database) ?? tryBlob(database);
  taking.set(database, known);
  return known;
}

async function tryBlob({ inputs }: HistoryDatabase): Promise<boolean> {
  try {
    await inputs.put({ hash: PROBE, blob: new Blob([PROBE]), held: false });
    await inputs.delete(PROBE);
    return true;
  } catch {
    // A full disk refuses bytes as well, and says so itself.
    return false;
  }
}

/**
 * The Blob as the database takes it; {@link revive} makes it a Blob again. Ask before a transaction: it would end while
 * the bytes are read.
 */
export async function storable(database: HistoryDatabase, blob: Blob): Promise<Blob> {
  if (await takesBlobs(database)) return blob;
  const bytes: BlobBytes = { type: blob.type, bytes: await blob.arrayBuffer() };
  // The schema's word for either is Blob: outside this file nobody meets another.
  return bytes as unknown as Blob;
}

/** Has every row that is read hold Blobs, however they were kept. */
export function revive({ pictures, inputs }: HistoryDatabase): void {
  // Dexie asks here about rows that are not there, too.
  pictures.hook(
    "reading",
    (picture: Picture | undefined) =>
      picture && { ...picture, png: asBlob(picture.png), thumbnail: asBlob(picture.thumbnail) },
  );
  inputs.hook(
    "reading",
    (input: InputPicture | undefined) => input && { ...input, blob: asBlob(input.blob) },
  );
}

function asBlob(kept: Blob | BlobBytes): Blob {
  return kept instanceof Blob ? kept : new Blob([kept.bytes], { type: kept.type });
}
