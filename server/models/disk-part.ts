import { createHash, type Hash } from "node:crypto";
import { closeSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { EaselError } from "../../src/contracts/errors.ts";
import type { Part } from "../../src/models/fetch-file.ts";

const READ_BYTES = 1 << 20;

/**
 * A file on its way onto the disk. What an earlier run left is hashed again when it is opened, so no checkpoint is
 * needed: every byte that the disk has is known.
 */
export class DiskPart implements Part {
  readonly #path: string;
  readonly #place: string;
  readonly #file: number;
  #hash: Hash = createHash("sha256");
  #offset = 0;
  /** Unknown of an earlier run's bytes: the published hash tells whether they still fit. */
  etag: string | null = null;

  /** @param place where the whole file counts; it is put together beside it */
  constructor(place: string) {
    this.#place = place;
    this.#path = partPath(place);
    this.#file = openSync(this.#path, "a+");
    const buffer = Buffer.alloc(READ_BYTES);
    for (;;) {
      const count = readSync(this.#file, buffer, 0, READ_BYTES, this.#offset);
      if (count === 0) break;
      this.#hash.update(buffer.subarray(0, count));
      this.#offset += count;
    }
  }

  get offset(): number {
    return this.#offset;
  }

  readonly unkept = 0;
  readonly unmarked = 0;

  append(bytes: Uint8Array<ArrayBuffer>): void {
    for (let at = 0; at < bytes.byteLength;) {
      const count = writeOrRefuse(this.#file, bytes.subarray(at), this.#path);
      this.#hash.update(bytes.subarray(at, at + count));
      this.#offset += count;
      at += count;
    }
  }

  mark(): void {}

  checkpoint(): Promise<void> {
    return Promise.resolve();
  }

  restart(): Promise<void> {
    ftruncateSync(this.#file, 0);
    this.#hash = createHash("sha256");
    this.#offset = 0;
    this.etag = null;
    return Promise.resolve();
  }

  digest(): Promise<string> {
    return Promise.resolve(this.#hash.digest("hex"));
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(readFileSync(this.#path));
  }

  async takePlace(): Promise<void> {
    this.close();
    await rename(this.#path, this.#place);
  }

  close(): void {
    closeSync(this.#file);
  }

  async discard(): Promise<void> {
    this.close();
    await rm(this.#path, { force: true });
  }
}

/** Where the bytes of a file lie that is not whole yet. */
export function partPath(place: string): string {
  return `${place}.part`;
}

/** @throws EaselError `quota_exceeded` */
function writeOrRefuse(file: number, bytes: Uint8Array, path: string): number {
  try {
    return writeSync(file, bytes);
  } catch (cause) {
    if (!["ENOSPC", "EDQUOT"].includes((cause as NodeJS.ErrnoException).code ?? "")) throw cause;
    throw new EaselError("quota_exceeded", `The disk is full: ${path} could not be written further.`, {
      hint: "Free some disk space and give the same command again: what has come is kept.",
      cause,
    });
  }
}
