import { EaselError } from "../contracts/errors.ts";

/**
 * The store's files in the origin private file system: `models/files/<sha256>` holds the weights by their content,
 * `models/manifests/<id>` says which of them make a model. A name appears only when its bytes have been verified:
 * what a writable stream takes stays unseen until it is closed, and an aborted one leaves nothing.
 */
export class OpfsFiles {
  readonly #folder: FileSystemDirectoryHandle;

  private constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  /** @throws EaselError `storage_unavailable` where this browser or context has no such file system. */
  static async open(kind: "files" | "manifests"): Promise<OpfsFiles> {
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

  /** The file's bytes, or undefined where there is none. */
  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const file = await (await this.#folder.getFileHandle(name)).getFile();
      return new Uint8Array(await file.arrayBuffer());
    } catch (thrown) {
      if (isNotFound(thrown)) return undefined;
      throw thrown;
    }
  }

  /** The file's size in bytes, or undefined where there is none. */
  async size(name: string): Promise<number | undefined> {
    try {
      return (await (await this.#folder.getFileHandle(name)).getFile()).size;
    } catch (thrown) {
      if (isNotFound(thrown)) return undefined;
      throw thrown;
    }
  }

  /**
   * Writes a file as a whole: `fill` gives the bytes, and throws where they are not what they should be; then nothing
   * of them stays.
   * @throws EaselError `quota_exceeded` where the disk or the browser's quota is full, and whatever `fill` throws.
   */
  async write(
    name: string,
    fill: (append: (chunk: Uint8Array<ArrayBuffer>) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    // An entry is made before its first byte: where it is new, a failure takes the empty entry away again.
    const isNew = (await this.size(name)) === undefined;
    try {
      const handle = await this.#folder.getFileHandle(name, { create: true });
      const stream = await handle.createWritable();
      try {
        await fill((chunk) => stream.write(chunk));
        await stream.close();
      } catch (thrown) {
        await stream.abort().catch(() => undefined);
        throw thrown;
      }
    } catch (thrown) {
      if (isNew) await this.remove(name);
      throw isQuota(thrown) ? quotaExceeded(thrown) : thrown;
    }
  }

  /** Removes a file; one that is not there is no error. */
  async remove(name: string): Promise<void> {
    try {
      await this.#folder.removeEntry(name);
    } catch (thrown) {
      if (!isNotFound(thrown)) throw thrown;
    }
  }

  async names(): Promise<string[]> {
    const names: string[] = [];
    for await (const name of this.#folder.keys()) names.push(name);
    return names;
  }
}

function isNotFound(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "NotFoundError";
}

function isQuota(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "QuotaExceededError";
}

function quotaExceeded(cause: unknown): EaselError {
  return new EaselError(
    "quota_exceeded",
    "There is not enough room in this browser's storage for the model.",
    {
      hint: "Free some disk space or delete pictures you no longer need, then try again. Nothing already made is lost.",
      cause,
    },
  );
}
