import { EaselError } from "../contracts/errors.ts";
import type { Manifest } from "../contracts/model.ts";
import type { Progress } from "../contracts/progress.ts";
import type { ModelFiles } from "../core/model-files.ts";
import { downloadFile } from "./download-file.ts";
import { parseManifest, sha256Hex } from "./manifest.ts";
import { modelAddress } from "./model-address.ts";
import { OpfsFiles } from "./opfs-files.ts";

type LoadingEvent = Extract<Progress, { type: "loading" }>;

/** What the `component` of a download's progress is called. */
const DOWNLOAD = "download";
/** At most this often is a download's progress told, in milliseconds. */
const PROGRESS_INTERVAL = 100;

/**
 * The models kept in this browser. Weights lie by their SHA-256, so that a new revision fetches only what changed,
 * and a file that is there has been verified.
 */
export class ModelStore {
  readonly #files: OpfsFiles;
  readonly #manifests: OpfsFiles;

  private constructor(files: OpfsFiles, manifests: OpfsFiles) {
    this.#files = files;
    this.#manifests = manifests;
  }

  /** @throws EaselError `storage_unavailable` where the browser has no private file system. */
  static async open(): Promise<ModelStore> {
    return new ModelStore(await OpfsFiles.open("files"), await OpfsFiles.open("manifests"));
  }

  /**
   * The model, its missing files fetched first. Without a connection the revision that is here is used.
   * Two tabs do not fetch at once: the second waits and finds the files there.
   * @throws EaselError `unknown_model`, `download_failed`, `model_corrupt`, `quota_exceeded`, `interrupted`.
   */
  async obtain(
    signal: AbortSignal,
    id: string,
    onProgress: (event: LoadingEvent) => void,
  ): Promise<ModelFiles> {
    const address = modelAddress(id);
    return withLock(signal, `easel-model-${id}`, async () => {
      const manifest = await this.#manifest(signal, id, address);
      if (manifest.id !== id) {
        throw new EaselError(
          "unknown_model",
          `The model at ${address} calls itself ${manifest.id}, not ${id}.`,
          { path: "model" },
        );
      }
      await this.#fetchMissing(signal, address, manifest, onProgress);
      return { manifest, read: (path) => this.#read(manifest, path) };
    });
  }

  /** The newest manifest that can be had: the server's, else the one stored with the model. */
  async #manifest(signal: AbortSignal, id: string, address: string): Promise<Manifest> {
    const url = `${address}manifest.json`;
    const name = encodeURIComponent(id);
    try {
      const text = await fetchText(signal, url, id);
      const manifest = await parseManifest(text, url);
      await this.#manifests.write(name, (append) => append(new TextEncoder().encode(text)));
      return manifest;
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      const stored = await this.#manifests.read(name);
      if (stored === undefined) throw thrown;
      return parseManifest(new TextDecoder().decode(stored), `stored for ${id}`);
    }
  }

  async #fetchMissing(
    signal: AbortSignal,
    address: string,
    manifest: Manifest,
    onProgress: (event: LoadingEvent) => void,
  ): Promise<void> {
    const missing = [];
    for (const file of manifest.files) {
      if ((await this.#files.size(file.sha256)) !== file.size) missing.push(file);
    }
    if (missing.length === 0) return;

    const totalBytes = manifest.files.reduce((sum, file) => sum + file.size, 0);
    let loadedBytes = totalBytes - missing.reduce((sum, file) => sum + file.size, 0);
    let told = -Infinity;
    const tell = (): void => {
      const now = performance.now();
      if (now - told < PROGRESS_INTERVAL && loadedBytes < totalBytes) return;
      told = now;
      onProgress({ type: "loading", component: DOWNLOAD, loadedBytes, totalBytes });
    };
    for (const file of missing) {
      // The hash in the address keeps a cache from answering with another revision's file.
      const url = `${address}${file.path}?v=${file.sha256.slice(0, 12)}`;
      await downloadFile(signal, url, file, this.#files, (count) => {
        loadedBytes += count;
        tell();
      });
    }
    await this.#sweep();
  }

  /** Takes away what no stored model needs any more: an earlier revision's files. */
  async #sweep(): Promise<void> {
    const needed = new Set<string>();
    for (const name of await this.#manifests.names()) {
      const stored = await this.#manifests.read(name);
      if (stored === undefined) continue;
      const manifest = await parseManifest(new TextDecoder().decode(stored), name);
      for (const file of manifest.files) needed.add(file.sha256);
    }
    for (const name of await this.#files.names()) if (!needed.has(name)) await this.#files.remove(name);
  }

  /** One file, verified anew: a disk can alter what was right when it was written. */
  async #read(manifest: Manifest, path: string): Promise<Uint8Array<ArrayBuffer>> {
    const file = manifest.files.find((entry) => entry.path === path);
    if (file === undefined) throw new EaselError("model_corrupt", `${manifest.id} lists no file ${path}.`);
    const bytes = await this.#files.read(file.sha256);
    if (bytes === undefined) {
      throw new EaselError(
        "model_not_installed",
        `The file ${path} of ${manifest.id} is not in this browser any more.`,
        {
          hint: "Try again: it is downloaded anew.",
        },
      );
    }
    const sha256 = await sha256Hex(bytes);
    if (sha256 !== file.sha256) {
      await this.#files.remove(file.sha256);
      throw new EaselError(
        "model_corrupt",
        `${path} of ${manifest.id} should be SHA-256 ${file.sha256}, but is ${sha256}.`,
        {
          hint: "The stored copy was altered and has been removed. Try again: it is downloaded anew.",
        },
      );
    }
    return bytes;
  }
}

async function fetchText(signal: AbortSignal, url: string, id: string): Promise<string> {
  let response: Response;
  try {
    response = await fetch(url, { signal, cache: "no-cache" });
  } catch (cause) {
    if (signal.aborted)
      throw new EaselError("interrupted", "The download of the model was cancelled.", { cause });
    throw new EaselError(
      "download_failed",
      `The list of the model's files, ${url}, could not be downloaded.`,
      {
        hint: "Look at the connection and try again.",
        cause,
      },
    );
  }
  if (response.status === 404) {
    throw new EaselError("unknown_model", `There is no model ${id} on this server.`, { path: "model" });
  }
  if (!response.ok) {
    throw new EaselError(
      "download_failed",
      `${url} should be the list of the model's files, but the server answered ${response.status}.`,
      {
        hint: "Try again.",
      },
    );
  }
  return response.text();
}

/** Runs alone among all tabs of this origin; where there are no Web Locks, just runs. */
async function withLock<Value>(signal: AbortSignal, name: string, run: () => Promise<Value>): Promise<Value> {
  if (!("locks" in navigator)) return run();
  try {
    return await navigator.locks.request(name, { signal }, run);
  } catch (thrown) {
    if (signal.aborted && !(thrown instanceof EaselError)) {
      throw new EaselError("interrupted", "The download of the model was cancelled.", { cause: thrown });
    }
    throw thrown;
  }
}
