import { asFailure, EaselError } from "../contracts/errors.ts";
import type { WantedFile } from "../contracts/wanted-model.ts";
import { brokenOff, openHttpFile, TransientFailure, wrongFile } from "./http-file.ts";
import { verifyGitOid } from "./git-oid.ts";
import { sha256Hex } from "./manifest.ts";

/** The bounds of a download; tests have others. */
export interface FetchTerms {
  /** What a killed tab has to fetch again at most. A checkpoint is begun after half of it, and done by its end. */
  chunkBytes: number;
  /** Failed tries in a row, without a byte that is new, before the download is given up. */
  tries: number;
  /** The first wait between two tries, in milliseconds; it doubles up to `longestWait`. */
  firstWait: number;
  longestWait: number;
  /** A connection on which nothing comes for so long is cut and made anew; milliseconds. */
  silence: number;
}

export const FETCH_TERMS: Readonly<FetchTerms> = Object.freeze({
  chunkBytes: 16 * 1024 * 1024,
  tries: 6,
  firstWait: 1_000,
  longestWait: 30_000,
  silence: 60_000,
});

/** Of a server that names a longer wait we ask again after this, in milliseconds. */
const LONGEST_RETRY_AFTER = 5 * 60_000;

export interface FetchOptions {
  terms: FetchTerms;
  headers: Readonly<Record<string, string>>;
  /** Told how many bytes there are more, or fewer where the file is begun anew. */
  onBytes: (change: number) => void;
  /** Records a verified file, and then has it take its place, with nobody else at the store's books meanwhile. */
  keep: (file: WantedFile, sha256: string, takePlace: () => Promise<void>) => Promise<void>;
}

/** A file on its way: bytes are appended and hashed in one go, and survive whatever ends this process. */
export interface Part {
  /** How many bytes are here and hashed. */
  readonly offset: number;
  /** How many of them came since the last checkpoint: so many would be lost now. */
  readonly unkept: number;
  /** How many of them no checkpoint was begun for. */
  readonly unmarked: number;
  /** The server's strong ETag of the bytes so far. */
  etag: string | null;
  /** Takes the bytes away: their array may be empty afterwards. @throws EaselError `quota_exceeded` */
  append(bytes: Uint8Array<ArrayBuffer>): void;
  /** Begins a checkpoint of the bytes so far; more may be appended meanwhile. */
  mark(): void;
  /** Resolves once all bytes so far are kept. @throws EaselError `quota_exceeded` */
  checkpoint(): Promise<void>;
  /** Back to nothing. */
  restart(): Promise<void>;
  /** SHA-256 of all bytes, lower-case hex; nothing can be appended after it. */
  digest(): Promise<string>;
  /** All bytes so far; for small files. */
  bytes(): Uint8Array<ArrayBuffer>;
  /** Gives the whole file the place where it counts. */
  takePlace(sha256: string): Promise<void>;
  /** Lets go of the file; what the last checkpoint knows stays. */
  close(): void;
  /** Lets go of the file and of all its bytes. */
  discard(): Promise<void>;
}

/** Where files are put together: a browser's private file system, or a server's disk. */
export interface PartFolder {
  /** Opens what an earlier visit left of a file, or nothing yet. */
  openPart(file: WantedFile): Promise<Part>;
}

/**
 * One file of a model into the store: what an earlier visit left is gone on with, a broken connection is made anew,
 * and the file counts only where its size and its hash are right.
 * @throws EaselError `download_failed`, `forbidden`, `model_corrupt`, `quota_exceeded`, `interrupted`.
 */
export async function fetchFile(
  signal: AbortSignal,
  file: WantedFile,
  folder: PartFolder,
  options: FetchOptions,
): Promise<void> {
  const part = await folder.openPart(file);
  let open = true;
  try {
    options.onBytes(part.offset);
    await fillPart(signal, file, part, options);
    const sha256 = await part.digest();
    if (file.sha256 !== null && sha256 !== file.sha256) {
      throw wrongFile(file.url, `SHA-256 ${file.sha256}`, sha256);
    }
    if (file.gitOid !== null) await verifyGitOid(file, part.bytes());
    await options.keep(file, sha256, () => {
      open = false;
      return part.takePlace(sha256);
    });
  } catch (thrown) {
    const { code } = asFailure(thrown);
    if (open && code === "model_corrupt") {
      options.onBytes(-part.offset);
      await part.discard();
    } else if (open) {
      part.close();
    }
    throw thrown;
  }
}

/** A part has the name of what it will be, so that another mirror goes on with it; else of where it comes from. */
export async function partName(file: Pick<WantedFile, "sha256" | "gitOid" | "url">): Promise<string> {
  return file.sha256 ?? file.gitOid ?? `url-${await sha256Hex(new TextEncoder().encode(file.url))}`;
}

/** Tries until every byte is here. */
async function fillPart(
  signal: AbortSignal,
  file: WantedFile,
  part: Part,
  options: FetchOptions,
): Promise<void> {
  const { terms } = options;
  let failures = 0;
  let best = part.offset;
  while (part.offset < file.size) {
    try {
      await receive(signal, file, part, options);
    } catch (thrown) {
      // A full disk can't take the checkpoint either.
      await keepWhatCame(part);
      if (signal.aborted) throw stopped();
      if (!(thrown instanceof TransientFailure)) throw thrown;
      failures = part.offset > best ? 1 : failures + 1;
      best = Math.max(best, part.offset);
      if (failures >= terms.tries) throw thrown.failure;
      await pause(signal, waitOf(thrown, failures, terms));
    }
  }
}

/** One connection: its bytes into the part, a checkpoint a chunk. */
async function receive(
  signal: AbortSignal,
  file: WantedFile,
  part: Part,
  { terms, headers, onBytes }: FetchOptions,
): Promise<void> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort("nothing came for too long"), terms.silence);
  };
  const finished = new AbortController();
  const attempt = AbortSignal.any([signal, silence.signal, finished.signal]);
  heard();
  try {
    const { offset, etag } = part;
    const hashKnown = file.sha256 !== null || file.gitOid !== null;
    const opened = await openHttpFile(attempt, file.url, headers, {
      offset,
      etag,
      size: file.size,
      hashKnown,
    });
    if (opened.offset < offset) {
      onBytes(-offset);
      await part.restart();
    }
    part.etag = opened.etag;
    for await (const bytes of chunksOf(opened.body, file.url)) {
      heard();
      const { byteLength } = bytes;
      // More than was announced can't become right any more: stop before the disk fills.
      if (part.offset + byteLength > file.size)
        throw wrongFile(file.url, `${file.size} bytes`, "more than that");
      if (part.offset === 0) refusePage(file.url, bytes);
      if (part.unkept + byteLength > terms.chunkBytes) await part.checkpoint();
      part.append(bytes);
      onBytes(byteLength);
      if (part.unmarked >= terms.chunkBytes / 2) part.mark();
    }
    if (part.offset < file.size)
      throw wrongFile(file.url, `${file.size} bytes`, `${part.offset} bytes and then its end`);
  } finally {
    clearTimeout(timer);
    // Whatever is still on its way would only be thrown away.
    finished.abort();
  }
}

async function* chunksOf(body: ReadableStream<Uint8Array<ArrayBuffer>>, url: string) {
  const reader = body.getReader();
  for (;;) {
    let result: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;
    try {
      result = await reader.read();
    } catch (thrown) {
      throw brokenOff(url, thrown);
    }
    if (result.done) return;
    yield result.value;
  }
}

/** A page in the place of a file, whatever it calls itself: a sign-in, a proxy's word. */
function refusePage(url: string, bytes: Uint8Array): void {
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  if (/^<(?:!doctype html|html)/i.test(start)) {
    throw wrongFile(url, "a file of the model", `a page, beginning with "${start.slice(0, 40)}"`);
  }
}

async function keepWhatCame(part: Part): Promise<void> {
  try {
    await part.checkpoint();
  } catch {
    // The checkpoint before it stands.
  }
}

/** What the server asks for, else twice as long each time, with up to a quarter more so that tabs do not knock together. */
function waitOf(transient: TransientFailure, failures: number, terms: FetchTerms): number {
  if (transient.retryAfter !== undefined) return Math.min(transient.retryAfter, LONGEST_RETRY_AFTER);
  const wait = Math.min(terms.firstWait * 2 ** (failures - 1), terms.longestWait);
  return wait * (1 + Math.random() / 4);
}

function pause(signal: AbortSignal, milliseconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(stopped());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}

function stopped(): EaselError {
  return new EaselError("interrupted", "The download of the model was stopped.");
}
