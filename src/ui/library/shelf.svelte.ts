import { SvelteMap } from "svelte/reactivity";
import type { CatalogueEntry } from "../../contracts/catalogue.ts";
import { asFailure, type Failure } from "../../contracts/errors.ts";
import type { DamagedModel, DownloadStatus, HubSettings } from "../../contracts/library-worker.ts";
import type { Manifest } from "../../contracts/model.ts";
import type { SeeingManifest } from "../../contracts/seeing-manifest.ts";
import type { WantedModel } from "../../contracts/wanted-model.ts";
import { isAppModel, wantedFromApp } from "../../models/app-models.ts";
import { CATALOGUE, findInCatalogue } from "../../models/catalogue.ts";
import type { Library } from "../../models/library.ts";
import { m } from "../../paraglide/messages.js";
import { accept, acceptedAt, loadHub, loadUses, noteUse, saveHub } from "./kept-settings.ts";

/** What speaks to a hub comes with the first model that is wanted from one. */
const hubModels = () => import("../../models/hub-model.ts");

/** One model as the library shows it: in the catalogue, in this browser, on its way, or several of these. */
export interface Volume {
  id: string;
  name: string;
  entry: CatalogueEntry | null;
  manifest: Manifest | null;
  /** It was here, and some of its files are lost. */
  damaged: DamagedModel | null;
  download: DownloadStatus | null;
  /** When it last drew here; milliseconds since 1970. */
  usedAt: number | null;
}

/** What is being done with a model that is here, in words; and what came of it. */
export interface Errand {
  words: string;
  /** 0 to 1; null: it can't be told, or it is done. */
  fraction: number | null;
  failure: Failure | null;
}

/** The model library as the page sees it. */
export class Shelf {
  readonly #library: Library;
  #installed = $state.raw<Manifest[]>([]);
  #damaged = $state.raw<DamagedModel[]>([]);
  /** null: the store has not told. */
  #seeing = $state.raw<SeeingManifest[] | null>(null);
  #downloads = $state.raw<DownloadStatus[]>([]);
  #storage = $state.raw<StorageEstimate | null>(null);
  #uses = $state.raw<Record<string, number>>(loadUses(localStorage));
  #hub = $state.raw<HubSettings>(loadHub(localStorage));
  readonly #errands = new SvelteMap<string, Errand>();

  constructor(library: Library) {
    this.#library = library;
  }

  readonly volumes: Volume[] = $derived.by(() => {
    const damaged = this.#damaged.map(({ manifest }) => manifest);
    const ids = [this.#installed, damaged, this.#downloads, CATALOGUE].flatMap((list) =>
      list.map(({ id }) => id),
    );
    return ids.filter((id, i) => ids.indexOf(id) === i).map((id) => this.#volume(id));
  });

  get installed(): readonly Manifest[] {
    return this.#installed;
  }

  /** Whose word it is that a picture is covered; null: nobody's; undefined: the store has not told. */
  readonly safetyModel: SeeingManifest | null | undefined = $derived(
    this.#seeing === null ? undefined : (this.#seeing.find(({ task }) => task === "image-safety") ?? null),
  );

  /** Those that were here whole. */
  get damaged(): readonly DamagedModel[] {
    return this.#damaged;
  }

  /** What the browser keeps for this page and may keep; null until it has told. */
  get storage(): StorageEstimate | null {
    return this.#storage;
  }

  get hub(): HubSettings {
    return this.#hub;
  }

  errandOf(id: string): Errand | null {
    return this.#errands.get(id) ?? null;
  }

  find(id: string): Volume | undefined {
    return this.volumes.find((volume) => volume.id === id);
  }

  /** Hears of what comes and goes, from this tab and others. */
  async open(): Promise<void> {
    await this.#library.configure(this.#hub);
    this.#library.listen((event) => {
      if (event.type === "downloads") this.#downloads = event.downloads;
      if (event.type === "installed") void this.refresh();
    });
    await this.refresh();
  }

  async refresh(): Promise<void> {
    // Where there is no private file system nothing is installed; who wants a model is told why.
    this.#installed = await this.#library.installed().catch(() => []);
    this.#damaged = await this.#library.damaged().catch(() => []);
    this.#seeing = await this.#library.seeing().catch(() => this.#seeing);
    this.#storage = await navigator.storage.estimate().catch(() => null);
  }

  /** Whether the terms still have to be accepted. */
  asksForTerms({ entry }: Volume): boolean {
    return entry?.licence.accept === true && acceptedAt(localStorage, entry.id, entry.licence.id) === null;
  }

  acceptTerms({ entry }: Volume): void {
    if (entry !== null) accept(localStorage, entry.id, entry.licence.id);
  }

  /** Has a model of the catalogue, or a newer revision of any that is here, fetched. */
  async get(id: string): Promise<void> {
    await this.#errand(id, m.library_looking_up(), async () => {
      const wanted = await this.#lookUp(id);
      const here = this.#installed.find((manifest) => manifest.id === id);
      if (here?.revision === wanted.model.revision) return m.library_newest();
      await this.#library.want(wanted);
      return null;
    });
  }

  /** Any repository of the hub; its files are checked before it is taken. @throws EaselError */
  async add(repository: string): Promise<void> {
    const { wantedFromRepository } = await hubModels();
    const wanted = await wantedFromRepository(new AbortController().signal, this.#hub, repository);
    await this.#library.want(wanted);
  }

  /**
   * Has a classifier of the hub fetched as the safety model.
   * @param labels those that are unsafe; none: as their names say
   * @throws EaselError
   */
  async addSafetyModel(repository: string, labels: readonly string[]): Promise<void> {
    const { wantedSafetyModel } = await import("../../models/hub-seeing.ts");
    await this.#library.want(await wantedSafetyModel(this.#hub, repository, labels));
  }

  /** A folder or a zip of this device. @throws EaselError */
  async addFromDisk(files: readonly File[]): Promise<void> {
    const { wantedFromDisk } = await import("../../models/disk-model.ts");
    await this.#library.want(await wantedFromDisk(files));
  }

  async pause(id: string): Promise<void> {
    await this.#errand(id, "", () => this.#library.pause(id).then(() => null));
  }

  async resume(id: string): Promise<void> {
    await this.#errand(id, "", () => this.#library.resume(id).then(() => null));
  }

  async cancel(id: string): Promise<void> {
    await this.#errand(id, "", () => this.#library.cancel(id).then(() => null));
    await this.refresh();
  }

  async remove(id: string): Promise<void> {
    await this.#errand(id, m.library_deleting(), () => this.#library.remove(id).then(() => null));
    await this.refresh();
  }

  /** Reads every byte again; what is damaged goes, and the model can be had anew. */
  async verify(id: string): Promise<void> {
    const total = this.find(id)?.manifest?.files.reduce((sum, { size }) => sum + size, 0) ?? 0;
    let read = 0;
    let done = false;
    await this.#errand(id, m.library_verifying(), async () => {
      const damaged = await this.#library.verify(id, (count) => {
        read += count;
        // Its words come on a line of their own, and the last of them after the answer.
        if (!done)
          this.#errands.set(id, {
            words: m.library_verifying(),
            fraction: read / Math.max(1, total),
            failure: null,
          });
      });
      done = true;
      if (damaged.length === 0) return m.library_intact();
      // The app's own model comes again unasked; of another its card tells what is lost.
      return isAppModel(id) ? m.library_mending({ files: damaged.join(", ") }) : null;
    });
  }

  async chooseHub(hub: HubSettings): Promise<void> {
    this.#hub = hub;
    saveHub(localStorage, hub);
    await this.#library.configure(hub);
  }

  noteUse(id: string): void {
    noteUse(localStorage, id);
    this.#uses = loadUses(localStorage);
  }

  forget(id: string): void {
    this.#errands.delete(id);
  }

  #volume(id: string): Volume {
    const entry = findInCatalogue(id) ?? null;
    const manifest = this.#installed.find((model) => model.id === id) ?? null;
    const download = this.#downloads.find((status) => status.id === id) ?? null;
    const damaged = this.#damaged.find((model) => model.manifest.id === id) ?? null;
    const name = entry?.name ?? manifest?.name ?? damaged?.manifest.name ?? download?.name ?? id;
    return { id, name, entry, manifest, damaged, download, usedAt: this.#uses[id] ?? null };
  }

  async #lookUp(id: string): Promise<WantedModel> {
    const { signal } = new AbortController();
    if (isAppModel(id)) {
      const { readAppManifest } = await import("../../models/app-manifest.ts");
      return wantedFromApp(await readAppManifest(signal, id));
    }
    const { wantedFromCatalogue, wantedFromRepository } = await hubModels();
    const entry = findInCatalogue(id);
    if (entry !== undefined) return wantedFromCatalogue(signal, this.#hub, entry);
    return wantedFromRepository(signal, this.#hub, id);
  }

  /** @param run answers the words that stay when it is done */
  async #errand(id: string, words: string, run: () => Promise<string | null>): Promise<void> {
    this.#errands.set(id, { words, fraction: null, failure: null });
    try {
      const done = await run();
      if (done === null) this.#errands.delete(id);
      else this.#errands.set(id, { words: done, fraction: null, failure: null });
    } catch (thrown) {
      this.#errands.set(id, { words: "", fraction: null, failure: asFailure(thrown) });
    }
  }
}
