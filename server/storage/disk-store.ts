import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { EaselError } from "../../src/contracts/errors.ts";
import {
  assertKey,
  contentTypeOf,
  type ObjectStore,
  type PresignedUrl,
  type PutTarget,
  type PutTerms,
  type StoredObject,
} from "./object-store.ts";
import { signPath } from "./signed-url.ts";

/** No space, no quota, or a file larger than the process may write. */
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** Below the store's folder: files that are being written. */
export const INCOMING = "incoming";

/** No write that still lives is silent for so long: a request's body may take five minutes, and each chunk is a sign. */
const TORN_MILLISECONDS = 3_600_000;

/** Objects as files below a folder. A file appears whole or not at all: written aside, synced, then renamed. */
export class DiskStore implements ObjectStore {
  readonly publicOrigins = [];
  readonly signingSecret: string;
  readonly #folder: string;

  constructor(folder: string, signingSecret: string) {
    this.#folder = folder;
    this.signingSecret = signingSecret;
  }

  presignGet(key: string, terms: { seconds: number; origin: string }): Promise<PresignedUrl> {
    assertKey(key);
    const expires = Math.floor(Date.now() / 1000) + terms.seconds;
    const path = signPath({ method: "GET", key, expires }, this.signingSecret);
    return Promise.resolve({ url: `${terms.origin}${path}`, expiresAt: new Date(expires * 1000) });
  }

  presignPut(key: string, terms: PutTerms & { origin: string }): Promise<PutTarget> {
    assertKey(key);
    const expires = Math.floor(Date.now() / 1000) + terms.seconds;
    const { contentType, bytes, maxBytes } = terms;
    const path = signPath(
      {
        method: "PUT",
        key,
        expires,
        type: contentType,
        max: maxBytes,
        ...(bytes === undefined ? {} : { bytes }),
      },
      this.signingSecret,
    );
    return Promise.resolve({
      url: `${terms.origin}${path}`,
      expiresAt: new Date(expires * 1000),
      headers: { "content-type": contentType },
    });
  }

  async head(key: string): Promise<StoredObject | undefined> {
    const size = await this.#size(key);
    return size === undefined ? undefined : { bytes: size, contentType: contentTypeOf(key) };
  }

  async read(key: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const size = await this.#size(key);
    if (size === undefined) return undefined;
    if (size > maxBytes)
      throw new EaselError(
        "payload_too_large",
        `The object has ${size} bytes, at most ${maxBytes} are read.`,
      );
    return readFile(this.#path(key));
  }

  async put(key: string, bytes: Uint8Array, contentType: string): Promise<void> {
    if (contentTypeOf(key) !== contentType) throw new Error(`The key ${key} does not hold ${contentType}.`);
    await this.#write(key, [bytes], bytes.byteLength);
  }

  async delete(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  async check(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
  }

  /** The object's bytes `start` to `end`, both included. */
  openRead(key: string, range: { start: number; end: number }): Readable {
    return createReadStream(this.#path(key), range);
  }

  /** Takes the body of a signed PUT; one of another length than agreed is refused and leaves nothing behind. */
  async receive(
    key: string,
    body: AsyncIterable<Uint8Array>,
    agreed: { bytes?: number; max: number },
  ): Promise<void> {
    await this.#write(key, body, agreed.bytes ?? agreed.max, agreed.bytes);
  }

  /** Deletes what writes left behind whose process was killed: files to which nothing was added for an hour. */
  async deleteTorn(): Promise<void> {
    const folder = join(this.#folder, INCOMING);
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      // It may have become an object since the folder was read.
      const found = await stat(path).catch(() => undefined);
      if (found !== undefined && Date.now() - found.mtimeMs > TORN_MILLISECONDS)
        await rm(path, { force: true });
    }
  }

  async #size(key: string): Promise<number | undefined> {
    try {
      return (await stat(this.#path(key))).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  #path(key: string): string {
    assertKey(key);
    return join(this.#folder, key);
  }

  async #write(
    key: string,
    chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    maxBytes: number,
    exactBytes?: number,
  ): Promise<void> {
    const path = this.#path(key);
    const temporary = join(this.#folder, INCOMING, randomUUID());
    await mkdir(dirname(temporary), { recursive: true });
    await mkdir(dirname(path), { recursive: true });
    try {
      const file = await open(temporary, "wx");
      try {
        let written = 0;
        for await (const chunk of chunks) {
          written += chunk.byteLength;
          if (written > maxBytes) {
            throw new EaselError(
              "payload_too_large",
              `At most ${maxBytes} bytes were agreed, and more came.`,
            );
          }
          // A plain write may take a part of it only, as on a disk that is filling up.
          await file.writeFile(chunk);
        }
        if (exactBytes !== undefined && written !== exactBytes) {
          throw new EaselError("invalid_request", `${exactBytes} bytes were agreed, and ${written} came.`);
        }
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true });
      if (FULL.has((error as NodeJS.ErrnoException).code ?? "")) {
        throw new EaselError("storage_unavailable", "The server's disk is full.", {
          hint: "Free space in DATA_DIR.",
          cause: error,
        });
      }
      throw error;
    }
  }
}

/** The rename itself must reach the disk too; Windows can't open folders and needs no such step. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
