import type { Manifest } from "../contracts/model.ts";
import type { WantedFile, WantedModel } from "../contracts/wanted-model.ts";
import { fetchFile, type FetchTerms, type PartFolder } from "./fetch-file.ts";
import { sameFile } from "./same-file.ts";

/** So many files at once: enough to fill a line on which each connection is held back, few enough for one disk. */
const FILES_AT_ONCE = 3;

/** Where a model's files come to lie: a browser's store, or a folder on a server's disk. */
export interface IncomingModels<Installed = Manifest> {
  readonly folder: PartFolder;
  /** Whether a verified copy of this file is here, of this model or another. */
  has(file: WantedFile): Promise<boolean>;
  /** How many bytes of a file are here and need not be fetched again. */
  bytesOf(file: WantedFile): Promise<number>;
  /** Notes a file's hash, and then lets it take its place. */
  keep(id: string, file: WantedFile, sha256: string, takePlace: () => Promise<void>): Promise<void>;
  /** A wanted model whose files are all here becomes an installed one. */
  install(id: string): Promise<Installed>;
  /** @throws EaselError `quota_exceeded` with what is needed and what there is */
  requireRoom(bytes: number): Promise<void>;
}

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
export async function fetchModel<Installed>(
  signal: AbortSignal,
  wanted: { readonly model: { readonly id: string }; readonly files: WantedModel["files"] },
  store: IncomingModels<Installed>,
  { terms, headersFor, onLoaded }: FetchModelOptions,
): Promise<Installed> {
  const { id } = wanted.model;
  let loaded = 0;
  const queue: WantedFile[] = [];
  for (const file of wanted.files) {
    // Two paths of a model may hold the same bytes: they come once and count as one.
    if (queue.some((other) => sameFile(other, file))) continue;
    if (await store.has(file)) loaded += file.size;
    else queue.push(file);
  }
  await store.requireRoom(await missingBytes(queue, store));

  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const takeFiles = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      await fetchFile(either, file, store.folder, {
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
export async function missingBytes(
  files: readonly WantedFile[],
  store: Pick<IncomingModels<unknown>, "bytesOf">,
): Promise<number> {
  let missing = 0;
  for (const file of files) missing += file.size - (await store.bytesOf(file));
  return missing;
}
