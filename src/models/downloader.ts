import { asFailure, type Failure } from "../contracts/errors.ts";
import type { DownloadStatus, LibraryEvent } from "../contracts/library-worker.ts";
import type { WantedModel } from "../contracts/wanted-model.ts";
import type { FetchTerms } from "./fetch-file.ts";
import { fetchModel } from "./fetch-model.ts";
import type { ModelStore } from "./model-store.ts";
import { sameFile } from "./same-file.ts";
import { TransferRate } from "./transfer-rate.ts";

/** At most this often is the way of a download told, in milliseconds. */
const TELL_INTERVAL = 200;

interface Running {
  id: string;
  abort: AbortController;
  loadedBytes: number;
  rate: TransferRate;
}

export interface DownloaderOptions {
  terms: FetchTerms;
  headersFor: (url: string) => Readonly<Record<string, string>>;
  /** To this tab's page and to the other tabs. */
  tell: (event: LibraryEvent) => void;
}

/**
 * Fetches what the store's books say is wanted, one model after another. The books are the only word that counts: a
 * pause or a cancel, from whichever tab, is a change there and a {@link lookAgain} here. One tab's downloader works,
 * the others wait for its Web Lock, which a closed or killed tab lets go.
 */
export class Downloader {
  readonly #store: ModelStore;
  readonly #options: DownloaderOptions;
  #running: Running | null = null;
  /** Why downloads ended that the books still call running: a full disk takes no word of it either. */
  readonly #unwritten = new Map<string, Failure>();
  #telling: ReturnType<typeof setTimeout> | undefined;
  #working = false;
  #wake: () => void = () => undefined;

  constructor(store: ModelStore, options: DownloaderOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Whether this one holds the lock. */
  get working(): boolean {
    return this.#working;
  }

  /** Waits for its turn and then works until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    await navigator.locks.request("easel-downloader", { signal }, async () => {
      this.#working = true;
      await this.tell();
      const stop = (): void => {
        this.#running?.abort.abort();
        this.#wake();
      };
      signal.addEventListener("abort", stop, { once: true });
      while (!signal.aborted) await this.#turn();
      this.#working = false;
    });
  }

  /** The books have changed: the running download may be wanted no more, another may be. */
  async lookAgain(): Promise<void> {
    if (!this.#working) return;
    this.#unwritten.clear();
    const running = this.#running;
    if (running !== null) {
      const wanted = (await this.#store.wanted()).find(({ model }) => model.id === running.id);
      if (wanted?.state !== "running") running.abort.abort();
    }
    this.#wake();
    await this.tell();
  }

  /** The network is back: what failed for want of it goes on. */
  async online(): Promise<void> {
    if (!this.#working) return;
    for (const { model, error } of await this.#store.wanted()) {
      if (error?.code !== "download_failed") continue;
      await this.#store.changeWanted(model.id, (now) => now && { ...now, state: "running", error: null });
    }
    await this.lookAgain();
  }

  /** How far every download is. */
  async tell(): Promise<void> {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    const wanted = await this.#store.wanted();
    const downloads = await Promise.all(wanted.map((one) => this.#status(one)));
    this.#options.tell({ type: "downloads", downloads });
  }

  /** One download to its end, or a wait until there may be one. */
  async #turn(): Promise<void> {
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    const wanted = await this.#store.wanted();
    const next = wanted.find(({ model, state }) => state === "running" && !this.#unwritten.has(model.id));
    if (next === undefined) await woken;
    else await this.#fetch(next);
  }

  async #fetch(wanted: WantedModel): Promise<void> {
    const { id } = wanted.model;
    const running = { id, abort: new AbortController(), loadedBytes: 0, rate: new TransferRate() };
    this.#running = running;
    try {
      await fetchModel(running.abort.signal, wanted, this.#store, {
        terms: this.#options.terms,
        headersFor: this.#options.headersFor,
        onLoaded: (bytes) => this.#note(running, bytes),
      });
      this.#options.tell({ type: "installed" });
    } catch (thrown) {
      // Paused or cancelled: the books say so already.
      if (!running.abort.signal.aborted) await this.#noteFailure(id, thrown);
      else await this.#store.tidy();
    } finally {
      this.#running = null;
    }
    await this.tell();
  }

  async #noteFailure(id: string, thrown: unknown): Promise<void> {
    const error = asFailure(thrown);
    try {
      await this.#store.changeWanted(id, (now) =>
        now?.state === "running" ? { ...now, state: "failed", error } : now,
      );
    } catch {
      this.#unwritten.set(id, error);
    }
  }

  #note(running: Running, bytes: number): void {
    running.loadedBytes = bytes;
    running.rate.note(bytes, performance.now());
    this.#telling ??= setTimeout(() => void this.tell().catch(() => undefined), TELL_INTERVAL);
  }

  async #status({ model, files, ...noted }: WantedModel): Promise<DownloadStatus> {
    const unwritten = this.#unwritten.get(model.id);
    const { state, error } = unwritten === undefined ? noted : { state: "failed" as const, error: unwritten };
    const once = files.filter((file, i) => files.findIndex((other) => sameFile(file, other)) === i);
    const totalBytes = once.reduce((sum, { size }) => sum + size, 0);
    const running = this.#running?.id === model.id && state === "running" ? this.#running : null;
    let loadedBytes = running?.loadedBytes ?? 0;
    if (running === null) for (const file of once) loadedBytes += await this.#store.bytesOf(file);
    return {
      id: model.id,
      name: model.name,
      state: state === "running" && running === null ? "waiting" : state,
      loadedBytes,
      totalBytes,
      bytesPerSecond: running?.rate.bytesPerSecond ?? null,
      secondsLeft: running?.rate.secondsFor(totalBytes - loadedBytes) ?? null,
      error,
    };
  }
}
