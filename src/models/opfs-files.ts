import { EaselError } from "../contracts/errors.ts";

/**
 * `files/<sha256>`: weights by their content, verified. `manifests/<id>`: which of them make a model.
 * `wanted/<id>`: models on their way. `parts/<name>`: bytes that are not a whole file yet, and how far they are right.
 */
export type StoreFolder = "files" | "manifests" | "wanted" | "parts";

/** Chromium's writable streams collect their bytes beside the file under this ending, and list it. */
const SWAP = ".crswap";

/**
 * One folder of the store in the origin private file system, below `models/`. A name appears only with all of its
 * bytes: what a writable stream takes stays unseen until it is closed, and an aborted one leaves nothing.
 */
export class OpfsFiles {
  /** For who needs more than whole files: the parts of a download. */
  readonly folder: FileSystemDirectoryHandle;

  private constructor(folder: FileSystemDirectoryHandle) {
    this.folder = folder;
  }

  /** @throws EaselError `storage_unavailable` where this browser or context has no such file system. */
  static async open(kind: StoreFolder): Promise<OpfsFiles> {
    try {
      const root = await navigator.storage.getDirectory();
      const models = await root.getDirectoryHandle("models", { create: true });
      return new OpfsFiles(await models.getDirectoryHandle(kind, { create: true }));
    } catch (cause) {
      throw new EaselError(
        "storage_unavailable",
        "This browser gives the page no private file system for the model.",
        {
          hint: "Leave private browsing, open the page over https, or draw on the server.",
          cause,
        },
      );
    }
  }

  /** The file as the disk has it, without reading it; undefined where there is none. */
  async file(name: string): Promise<File | undefined> {
    try {
      return await (await this.folder.getFileHandle(name)).getFile();
    } catch (thrown) {
      if (isNotFound(thrown)) return undefined;
      throw thrown;
    }
  }

  /** The file's bytes, or undefined where there is none. */
  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const file = await this.file(name);
    return file === undefined ? undefined : new Uint8Array(await file.arrayBuffer());
  }

  /** The file's size in bytes, or undefined where there is none. */
  async size(name: string): Promise<number | undefined> {
    return (await this.file(name))?.size;
  }

  /**
   * Writes a small file as a whole.
   * @throws EaselError `quota_exceeded` where the disk or the browser's quota is full.
   */
  async write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    // An entry is made before its first byte: where it is new, a failure takes the empty entry away again.
    const isNew = (await this.size(name)) === undefined;
    try {
      const handle = await this.folder.getFileHandle(name, { create: true });
      const stream = await handle.createWritable();
      try {
        await stream.write(bytes);
        await stream.close();
      } catch (thrown) {
        await stream.abort().catch(() => undefined);
        throw thrown;
      }
    } catch (thrown) {
      if (isNew) await this.remove(name);
      throw quotaError(thrown);
    }
  }

  /** Removes a file; one that is not there is no error. */
  async remove(name: string): Promise<void> {
    try {
      await this.folder.removeEntry(name);
    } catch (thrown) {
      if (!isNotFound(thrown)) throw thrown;
    }
  }

  async names(): Promise<string[]> {
    const names: string[] = [];
    for await (const name of this.folder.keys()) if (!name.endsWith(SWAP)) names.push(name);
    return names;
  }

  /** Takes away what writes cut off by a killed tab have left; nobody may be writing here. */
  async sweepSwaps(): Promise<void> {
    const swaps: string[] = [];
    for await (const name of this.folder.keys()) if (name.endsWith(SWAP)) swaps.push(name);
    for (const name of swaps) await this.remove(name);
  }
}

function isNotFound(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "NotFoundError";
}

/** A full disk or quota in our words; anything else as it is. */
export function quotaError(thrown: unknown): unknown {
  if (!(thrown instanceof DOMException && thrown.name === "QuotaExceededError")) return thrown;
  return new EaselError(
    "quota_exceeded",
    "There is not enough room in this browser's storage for the model.",
    {
      hint: "Free some disk space or delete models and pictures you no longer need, then try again. Nothing already made is lost.",
      cause: thrown,
    },
  );
}
