import { EaselError } from "../contracts/errors.ts";
import type { Manifest } from "../contracts/model.ts";
import type { WantedFile, WantedModel } from "../contracts/wanted-model.ts";
import { fetchFile, type FetchTerms } from "./fetch-file.ts";
import { sameFile, type ModelStore } from "./model-store.ts";

/** So many files at once: enough to fill a line on which each connection is held back, few enough for one disk. */
const FILES_AT_ONCE = 3;

export interface FetchModelOptions {
  terms: FetchTerms;
  /** What a request to this address carries besides. */
  headersFor: (url: string) => Readonly<Record<string, string>>;
  /** Told how many of the model's bytes are here. */
  onLoaded: (bytes: number) => void;
}

/**
 * Fetches the files of a wanted model that are not here, several at once, and installs it. Its record in the store
 * must be there: the hashes found are noted in it.
 * @throws EaselError as fetchFile does; the first failure stops the other files.
 */
export async function fetchModel(
  signal: AbortSignal,
  wanted: WantedModel,
  store: ModelStore,
  { terms, headersFor, onLoaded }: FetchModelOptions,
): Promise<Manifest> {
  const { id } = wanted.model;
  let loaded = 0;
  const queue: WantedFile[] = [];
  for (const file of wanted.files) {
    // Two paths of a model may hold the same bytes: they come once and count as one.
    if (queue.some((other) => sameFile(other, file))) continue;
    if (await store.has(file)) loaded += file.size;
    else queue.push(file);
  }
  await requireRoom(await missingBytes(queue, store));

  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const takeFiles = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      await fetchFile(either, file, store.folders, {
        terms,
        headers: headersFor(file.url),
        onBytes: (change) => onLoaded((loaded += change)),
        keep: (kept, sha256, takePlace) => store.keep(id, kept, sha256, takePlace),
      });
    }
  };
  const lanes = Array.from({ length: FILES_AT_ONCE }, () =>
    takeFiles().catch((thrown: unknown) => {
      // Only the first failure is the reason; the others were stopped by it.
      if (!failed.signal.aborted) failed.abort(thrown);
    }),
  );
  await Promise.all(lanes);
  if (failed.signal.aborted) throw failed.signal.reason;
  return store.install(id);
}

/** The bytes that a model still needs. */
export async function missingBytes(files: readonly WantedFile[], store: ModelStore): Promise<number> {
  let missing = 0;
  for (const file of files) missing += file.size - (await store.bytesOf(file));
  return missing;
}

/**
 * Before the first byte, so that nobody waits an hour for a full disk.
 * @throws EaselError `quota_exceeded` with what is needed and what there is
 */
export async function requireRoom(bytes: number): Promise<void> {
  const { quota, usage } = await navigator.storage.estimate();
  if (quota === undefined || usage === undefined || bytes <= quota - usage) return;
  const [needed, free] = [bytes, Math.max(0, quota - usage)].map((count) => (count / 1e6).toFixed(0));
  throw new EaselError(
    "quota_exceeded",
    `The model needs ${needed} MB, but this browser has room for ${free} MB.`,
    { hint: "Delete models you no longer need, or free some disk space, then try again." },
  );
}
