import { createSHA256 } from "hash-wasm";
import { EaselError } from "../contracts/errors.ts";
import type { Manifest } from "../contracts/model.ts";
import type { OpfsFiles } from "./opfs-files.ts";

type ModelFile = Manifest["files"][number];

/**
 * Fetches one file of a model into the store, hashing while it streams; it is kept only where size and SHA-256 are
 * those of the manifest.
 * @param onBytes told how many bytes have come since the last call
 * @throws EaselError `download_failed` where the server can't be reached or answers otherwise, `model_corrupt` where
 *   other bytes came, `quota_exceeded`, `interrupted`.
 */
export async function downloadFile(
  signal: AbortSignal,
  url: string,
  file: ModelFile,
  store: OpfsFiles,
  onBytes: (count: number) => void,
): Promise<void> {
  const body = await openBody(signal, url);
  const hash = await createSHA256();
  let size = 0;
  let start = "";
  await store.write(file.sha256, async (append) => {
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await readChunk(reader, signal, url);
      if (done) break;
      if (size === 0) start = new TextDecoder().decode(value.subarray(0, 40));
      size += value.byteLength;
      // More than was announced can't become right any more: stop before the disk fills.
      if (size > file.size) {
        await reader.cancel();
        throw wrongBytes(url, `${file.size} bytes`, `more than that, beginning with "${printable(start)}"`);
      }
      hash.update(value);
      await append(value);
      onBytes(value.byteLength);
    }
    if (size !== file.size) {
      throw wrongBytes(url, `${file.size} bytes`, `${size} bytes, beginning with "${printable(start)}"`);
    }
    const sha256 = hash.digest();
    if (sha256 !== file.sha256) throw wrongBytes(url, `SHA-256 ${file.sha256}`, sha256);
  });
}

async function openBody(signal: AbortSignal, url: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    throw failedFetch(signal, url, cause);
  }
  if (!response.ok || response.body === null) {
    throw new EaselError(
      "download_failed",
      `${url} should be a file of the model, but the server answered ${response.status}.`,
      {
        hint: "Try again; what has been downloaded is kept.",
      },
    );
  }
  return response.body;
}

async function readChunk(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
  url: string,
): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
  try {
    return await reader.read();
  } catch (cause) {
    throw failedFetch(signal, url, cause);
  }
}

function failedFetch(signal: AbortSignal, url: string, cause: unknown): EaselError {
  if (signal.aborted)
    return new EaselError("interrupted", "The download of the model was cancelled.", { cause });
  return new EaselError("download_failed", `${url} could not be downloaded: ${String(cause)}.`, {
    hint: "Look at the connection and try again; the files that are already here are kept.",
    cause,
  });
}

function wrongBytes(url: string, expected: string, came: string): EaselError {
  return new EaselError("model_corrupt", `${url} should be ${expected}, but is ${came}.`, {
    hint: "Nothing of it was kept: try again. If it happens again, the server's copy is damaged.",
  });
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, " ").trim();
}
