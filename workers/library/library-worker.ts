import type { Outcome } from "../../src/contracts/diffusion-worker.ts";
import { asFailure } from "../../src/contracts/errors.ts";
import type {
  DamagedModel,
  HubSettings,
  LibraryEvent,
  LibraryWorkerApi,
  Whereabouts,
} from "../../src/contracts/library-worker.ts";
import type { Manifest } from "../../src/contracts/model.ts";
import type { SeeingManifest } from "../../src/contracts/seeing-manifest.ts";
import type { WantedModel } from "../../src/contracts/wanted-model.ts";
import { Downloader } from "../../src/models/downloader.ts";
import { FETCH_TERMS, type FetchTerms } from "../../src/models/fetch-file.ts";
import { requireRoom } from "../../src/models/browser-room.ts";
import { missingBytes } from "../../src/models/fetch-model.ts";
import { hubHeaders } from "../../src/models/hub.ts";
import { ModelStore } from "../../src/models/model-store.ts";

/** What the tabs' workers say to each other: news for the pages, or that the books have changed. */
type TabMessage = { type: "event"; event: LibraryEvent } | { type: "changed" };

/** A tab's part in the model library: keeps the store's books, and downloads when it is this tab's turn. */
export class LibraryWorker implements LibraryWorkerApi {
  readonly #channel = new BroadcastChannel("easel-library");
  readonly #terms: FetchTerms;
  #store: Promise<ModelStore> | undefined;
  #downloader: Downloader | undefined;
  #hub: HubSettings = { address: "", token: null };
  #onEvent: (event: LibraryEvent) => void = () => undefined;

  constructor(terms: FetchTerms = FETCH_TERMS) {
    this.#terms = terms;
  }

  async start(hub: HubSettings, onEvent: (event: LibraryEvent) => void): Promise<void> {
    this.#hub = hub;
    this.#onEvent = onEvent;
    const store = await this.#open();
    const downloader = new Downloader(store, {
      terms: this.#terms,
      headersFor: (url) => hubHeaders(url, this.#hub),
      tell: (event) => {
        onEvent(event);
        this.#say({ type: "event", event });
      },
    });
    this.#downloader = downloader;
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
      if (data.type === "event") onEvent(data.event);
      else void downloader.lookAgain().catch(() => undefined);
    };
    self.addEventListener("online", () => void downloader.online().catch(() => undefined));
    // Until this worker ends; what goes wrong with a single download is noted in the books.
    void downloader.run(new AbortController().signal).catch(() => undefined);
    // Whoever works tells how far it is, for this page that has just come.
    this.#changed();
  }

  configure(hub: HubSettings): Promise<void> {
    this.#hub = hub;
    return Promise.resolve();
  }

  installed(): Promise<Outcome<Manifest[]>> {
    return this.#outcome((store) => store.installed());
  }

  seeing(): Promise<Outcome<SeeingManifest[]>> {
    return this.#outcome((store) => store.seeing());
  }

  damaged(): Promise<Outcome<DamagedModel[]>> {
    return this.#outcome((store) => store.damaged());
  }

  whereabouts(id: string): Promise<Outcome<Whereabouts>> {
    return this.#outcome(async (store): Promise<Whereabouts> => {
      const wanted = (await store.wanted()).find(({ model }) => model.id === id);
      if (wanted !== undefined) return { place: "wanted", wanted };
      const here = [...(await store.installed()), ...(await store.seeing())];
      const manifest = here.find((model) => model.id === id);
      if (manifest !== undefined) return { place: "installed", manifest };
      const damaged = (await store.damaged()).find((model) => model.manifest.id === id);
      return damaged === undefined ? { place: "absent" } : { place: "damaged", damaged };
    });
  }

  want(wanted: WantedModel): Promise<Outcome<void>> {
    return this.#change(async (store) => {
      const damaged = (await store.damaged()).find(({ manifest }) => manifest.id === wanted.model.id);
      const known = withDamaged(wanted, damaged?.manifest);
      await requireRoom(await missingBytes(known.files, store));
      await store.changeWanted(wanted.model.id, (now) => ({ ...known, files: withKept(known, now) }));
    });
  }

  pause(id: string): Promise<Outcome<void>> {
    return this.#change(async (store) => {
      await store.changeWanted(id, (now) => now && { ...now, state: "paused", error: null });
    });
  }

  resume(id: string): Promise<Outcome<void>> {
    return this.#change(async (store) => {
      await store.changeWanted(id, (now) => now && { ...now, state: "running", error: null });
    });
  }

  cancel(id: string): Promise<Outcome<void>> {
    return this.#change(async (store) => {
      await store.changeWanted(id, () => null);
    });
  }

  async remove(id: string): Promise<Outcome<void>> {
    const outcome = await this.#outcome((store) => store.remove(id));
    this.#announce({ type: "installed" });
    return outcome;
  }

  async verify(id: string, onBytes: (count: number) => void): Promise<Outcome<string[]>> {
    const outcome = await this.#outcome((store) => store.verify(id, onBytes));
    if (outcome.ok && outcome.value.length > 0) this.#announce({ type: "installed" });
    return outcome;
  }

  noteDamage(): Promise<void> {
    this.#announce({ type: "installed" });
    return Promise.resolve();
  }

  #open(): Promise<ModelStore> {
    this.#store ??= ModelStore.open();
    // A store that could not be opened may open the next time.
    this.#store.catch(() => (this.#store = undefined));
    return this.#store;
  }

  async #outcome<Value>(run: (store: ModelStore) => Promise<Value>): Promise<Outcome<Value>> {
    try {
      return { ok: true, value: await run(await this.#open()) };
    } catch (thrown) {
      return { ok: false, failure: asFailure(thrown) };
    }
  }

  async #change(run: (store: ModelStore) => Promise<void>): Promise<Outcome<void>> {
    const outcome = await this.#outcome(run);
    if (outcome.ok) this.#changed();
    return outcome;
  }

  /** The books have changed: whichever tab downloads looks again. */
  #changed(): void {
    this.#say({ type: "changed" });
    void this.#downloader?.lookAgain().catch(() => undefined);
  }

  #announce(event: LibraryEvent): void {
    this.#onEvent(event);
    this.#say({ type: "event", event });
  }

  #say(message: TabMessage): void {
    this.#channel.postMessage(message);
  }
}

/** What an earlier try has found of the same files stays known. */
function withKept(wanted: WantedModel, earlier: WantedModel | undefined): WantedModel["files"] {
  return wanted.files.map((file) => {
    const known = earlier?.files.find(
      ({ url, size, sha256 }) => url === file.url && size === file.size && sha256 === file.sha256,
    );
    return known === undefined ? file : { ...file, kept: known.kept ?? file.kept };
  });
}

/** Of the same commit's small files, of which nobody published a hash, those that are here are known by what was found. */
function withDamaged(
  wanted: WantedModel,
  damaged: Pick<Manifest, "revision" | "files"> | undefined,
): WantedModel {
  if (damaged?.revision !== wanted.model.revision) return wanted;
  const found = new Map(damaged.files.map(({ path, sha256 }) => [path, sha256]));
  const files = wanted.files.map((file) =>
    file.gitOid === null ? file : { ...file, kept: file.kept ?? found.get(file.path) ?? null },
  );
  return { ...wanted, files };
}
