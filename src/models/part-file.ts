import { type Checkpoint, readSlots, writeSlot } from "./checkpoint.ts";
import { partName, type Part, type PartFolder } from "./fetch-file.ts";
import { type OpfsFiles, quotaError } from "./opfs-files.ts";
import { PassingHash } from "./passing-hash.ts";

/** A browser may still hold the file for a moment after the worker that wrote it has been ended. */
const BUSY_TRIES = 50;
const BUSY_MILLISECONDS = 100;

/** The two folders of a file's way: its parts, and where it counts. */
interface FileFolders {
  parts: OpfsFiles;
  files: OpfsFiles;
}

interface OpenFiles {
  handle: FileSystemFileHandle;
  bytes: FileSystemSyncAccessHandle;
  checkpoints: FileSystemSyncAccessHandle;
}

/**
 * A file on its way: bytes are appended and hashed as they come, and survive whatever ends this worker. What
 * lies after the last checkpoint is not counted on and comes again. In dedicated workers only: nothing else may write
 * in place.
 */
export class PartFile implements Part {
  readonly #parts: OpfsFiles;
  readonly #files: OpfsFiles;
  readonly #name: string;
  readonly #open: OpenFiles;
  readonly #hash = new PassingHash();
  #offset = 0;
  #marked = 0;
  #kept = 0;
  #turn = 0;
  /** The checkpoints that were begun, one after another. */
  #keeping: Promise<void> = Promise.resolve();
  /** Counts up where what was begun before counts no more: the file is closed, or begun anew. */
  #life = 0;
  /** The server's strong ETag of the bytes so far. */
  etag: string | null = null;

  private constructor(folders: FileFolders, name: string, open: OpenFiles) {
    this.#parts = folders.parts;
    this.#files = folders.files;
    this.#name = name;
    this.#open = open;
  }

  /** Opens what an earlier visit left, or nothing yet. */
  static async open(folders: FileFolders, name: string): Promise<PartFile> {
    const { parts } = folders;
    const handle = await parts.folder.getFileHandle(name, { create: true });
    const bytes = await openAccess(handle);
    try {
      const beside = await parts.folder.getFileHandle(checkpointName(name), { create: true });
      const checkpoints = await openAccess(beside);
      const part = new PartFile(folders, name, { handle, bytes, checkpoints });
      await part.#continue();
      return part;
    } catch (thrown) {
      bytes.close();
      throw thrown;
    }
  }

  /** How many bytes are here and hashed. */
  get offset(): number {
    return this.#offset;
  }

  /** How many bytes have come since the last checkpoint: so many would be lost now. */
  get unkept(): number {
    return this.#offset - this.#kept;
  }

  /** How many of them no checkpoint was begun for. */
  get unmarked(): number {
    return this.#offset - this.#marked;
  }

  /** @throws EaselError `quota_exceeded` */
  append(bytes: Uint8Array<ArrayBuffer>): void {
    const written = this.#write(() => this.#open.bytes.write(bytes, { at: this.#offset }));
    if (written !== bytes.byteLength) throw quotaError(new DOMException("", "QuotaExceededError"));
    this.#hash.update(bytes);
    this.#offset += written;
  }

  /** Begins a checkpoint of the bytes so far, which is done once they are hashed; more may be appended meanwhile. */
  mark(): void {
    const { etag } = this;
    const [offset, life, before] = [this.#offset, this.#life, this.#keeping];
    this.#marked = offset;
    const state = this.#hash.save();
    this.#keeping = Promise.all([state, before]).then(([state]) => {
      if (life === this.#life) this.#keep({ offset, state, etag });
    });
    // Told to whoever waits for a checkpoint next.
    this.#keeping.catch(() => undefined);
  }

  /** @throws EaselError `quota_exceeded` */
  async checkpoint(): Promise<void> {
    if (this.unmarked > 0) this.mark();
    try {
      await this.#keeping;
    } catch (thrown) {
      this.#keeping = Promise.resolve();
      this.#marked = this.#kept;
      throw thrown;
    }
  }

  /** Bytes first, then the word that they are there: a checkpoint never speaks of bytes that the disk lacks. */
  #keep(checkpoint: Checkpoint): void {
    this.#write(() => {
      this.#open.bytes.flush();
      writeSlot(this.#open.checkpoints, this.#turn++, checkpoint);
      this.#open.checkpoints.flush();
    });
    this.#kept = checkpoint.offset;
  }

  /** Back to nothing: the server's file is another one now, or it can't send the rest alone. */
  async restart(): Promise<void> {
    this.#life++;
    this.#keeping = Promise.resolve();
    this.#open.checkpoints.truncate(0);
    await this.#continue();
  }

  /** SHA-256 of all bytes, lower-case hex; nothing can be appended after it. */
  digest(): Promise<string> {
    return this.#hash.digest();
  }

  /** All bytes so far; for small files. */
  bytes(): Uint8Array<ArrayBuffer> {
    return readAll(this.#open.bytes);
  }

  /** Gives the whole file its place under its hash, where it counts. */
  async takePlace(sha256: string): Promise<void> {
    this.#open.bytes.flush();
    this.close();
    await this.#open.handle.move(this.#files.folder, sha256);
    await this.#parts.remove(checkpointName(this.#name));
  }

  /** Lets go of the file; what the last checkpoint knows stays. */
  close(): void {
    this.#life++;
    this.#hash.drop();
    this.#open.bytes.close();
    this.#open.checkpoints.close();
  }

  /** Lets go of the file and of all its bytes. */
  async discard(): Promise<void> {
    this.close();
    await this.#parts.remove(checkpointName(this.#name));
    await this.#parts.remove(this.#name);
  }

  /** Goes on from the last checkpoint that fits the bytes. */
  async #continue(): Promise<void> {
    const found = readSlots(readAll(this.#open.checkpoints));
    const fits = found !== undefined && found.offset <= this.#open.bytes.getSize();
    const usable = (await this.#hash.begin(fits ? found.state : null)) && fits;
    this.#offset = usable ? found.offset : 0;
    this.#marked = this.#kept = this.#offset;
    this.etag = usable ? found.etag : null;
    this.#open.bytes.truncate(this.#offset);
  }

  #write<Value>(run: () => Value): Value {
    try {
      return run();
    } catch (thrown) {
      throw quotaError(thrown);
    }
  }
}

/** The browser's private file system as the place where files are put together. */
export function opfsPartFolder(folders: FileFolders): PartFolder {
  return { openPart: async (file) => PartFile.open(folders, await partName(file)) };
}

/** Of a part's two files, the one that holds its checkpoints. */
export function checkpointName(part: string): string {
  return `${part}.checkpoint`;
}

/** How many bytes of a part will not have to come again; 0 also while a worker is writing it. */
export async function checkpointOffset(parts: OpfsFiles, name: string): Promise<number> {
  const stored = await parts.read(checkpointName(name)).catch(() => undefined);
  return stored === undefined ? 0 : (readSlots(stored)?.offset ?? 0);
}

function readAll(access: FileSystemSyncAccessHandle): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(access.getSize());
  access.read(bytes, { at: 0 });
  return bytes;
}

async function openAccess(handle: FileSystemFileHandle): Promise<FileSystemSyncAccessHandle> {
  for (let tries = 1; ; tries++) {
    try {
      return await handle.createSyncAccessHandle();
    } catch (thrown) {
      const busy = thrown instanceof DOMException && thrown.name === "NoModificationAllowedError";
      if (!busy || tries === BUSY_TRIES) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, BUSY_MILLISECONDS));
    }
  }
}
