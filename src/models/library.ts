import { proxy, wrap, type Remote } from "comlink";
import type { Outcome } from "../contracts/diffusion-worker.ts";
import { EaselError } from "../contracts/errors.ts";
import type {
  DamagedModel,
  DownloadStatus,
  HubSettings,
  LibraryEvent,
  LibraryWorkerApi,
  Whereabouts,
} from "../contracts/library-worker.ts";
import type { Manifest } from "../contracts/model.ts";
import type { Progress } from "../contracts/progress.ts";
import type { SeeingManifest } from "../contracts/seeing-manifest.ts";
import type { WantedModel } from "../contracts/wanted-model.ts";
import { isAppModel, wantedFromApp } from "./app-models.ts";
import { HUB_ADDRESS } from "./hub-address.ts";

type LoadingEvent = Extract<Progress, { type: "loading" }>;

/** What the `component` of a download's progress is called. */
const DOWNLOAD = "download";

/** The page's hand on the model library: its worker is started with the first call, and failures are thrown. */
export class Library {
  readonly #listeners = new Set<(event: LibraryEvent) => void>();
  #hub: HubSettings = { address: HUB_ADDRESS, token: null };
  #starting: Promise<Remote<LibraryWorkerApi>> | null = null;

  /** Where models are looked for, from now on. */
  async configure(hub: HubSettings): Promise<void> {
    this.#hub = hub;
    if (this.#starting !== null) await (await this.#starting).configure(hub);
  }

  /** @returns how to stop hearing */
  listen(listener: (event: LibraryEvent) => void): () => void {
    this.#listeners.add(listener);
    void this.#api();
    return () => this.#listeners.delete(listener);
  }

  async installed(): Promise<Manifest[]> {
    return valueOf(await (await this.#api()).installed());
  }

  async seeing(): Promise<SeeingManifest[]> {
    return valueOf(await (await this.#api()).seeing());
  }

  async damaged(): Promise<DamagedModel[]> {
    return valueOf(await (await this.#api()).damaged());
  }

  async whereabouts(id: string): Promise<Whereabouts> {
    // comlink's type distributes the promise over the union.
    const answer: Promise<Outcome<Whereabouts>> = (await this.#api()).whereabouts(id);
    return valueOf(await answer);
  }

  /** @throws EaselError `quota_exceeded`, before a byte is fetched */
  async want(wanted: WantedModel): Promise<void> {
    // A browser that is short of room must not take the model away again. Whether it agrees changes nothing here, and
    // Firefox asks its user, who may never answer: nothing waits for it.
    void navigator.storage.persist().catch(() => false);
    valueOf(await (await this.#api()).want(wanted));
  }

  async pause(id: string): Promise<void> {
    valueOf(await (await this.#api()).pause(id));
  }

  async resume(id: string): Promise<void> {
    valueOf(await (await this.#api()).resume(id));
  }

  async cancel(id: string): Promise<void> {
    valueOf(await (await this.#api()).cancel(id));
  }

  async remove(id: string): Promise<void> {
    valueOf(await (await this.#api()).remove(id));
  }

  /** @returns the paths that were not right any more */
  async verify(id: string, onBytes: (count: number) => void): Promise<string[]> {
    const answer: Promise<Outcome<string[]>> = (await this.#api()).verify(id, proxy(onBytes));
    return valueOf(await answer);
  }

  /** A worker that draws has found a file altered, and removed it. */
  async noteDamage(): Promise<void> {
    await (await this.#api()).noteDamage();
  }

  /**
   * Resolves once a model is here to draw with. The app's own models are fetched where they are missing or old (an
   * older one will do without a network); a model on its way is waited for; others have to be chosen in the library.
   * @throws EaselError `model_not_installed`, `model_corrupt`, `interrupted`, and why a download failed
   */
  async ensure(signal: AbortSignal, id: string, onProgress: (event: LoadingEvent) => void): Promise<void> {
    const now = await this.whereabouts(id);
    if (isAppModel(id)) {
      if (!(await this.#wantNewest(signal, id, now))) return;
    } else if (now.place === "installed") {
      return;
    } else if (now.place === "absent") {
      throw notInstalled(id);
    } else if (now.place === "damaged") {
      throw damagedModel(now.damaged);
    }
    await this.#arrival(signal, id, onProgress);
  }

  /** @returns whether there is something to wait for */
  async #wantNewest(signal: AbortSignal, id: string, now: Whereabouts): Promise<boolean> {
    let newest: Manifest;
    try {
      const { readAppManifest } = await import("./app-manifest.ts");
      newest = await readAppManifest(signal, id);
    } catch (thrown) {
      if (now.place === "installed" && !signal.aborted) return false;
      throw thrown;
    }
    if (now.place === "installed" && now.manifest.digest === newest.digest) return false;
    const underWay = now.place === "wanted" && now.wanted.model.revision === newest.revision;
    if (!underWay || now.wanted.state !== "running") await this.want(wantedFromApp(newest));
    return true;
  }

  /** The books are asked at every word of the downloader: its news may be older than what was asked for. */
  async #arrival(signal: AbortSignal, id: string, onProgress: (event: LoadingEvent) => void): Promise<void> {
    let unlisten = (): unknown => undefined;
    let give: () => void = () => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        give = () => reject(new EaselError("interrupted", "Cancelled."));
        signal.addEventListener("abort", give, { once: true });
        if (signal.aborted) give();
        const look = (): void => {
          this.whereabouts(id).then((where) => {
            if (where.place === "installed") resolve();
            else if (where.place === "absent") reject(notInstalled(id));
            else if (where.place === "damaged") reject(damagedModel(where.damaged));
            else if (where.wanted.state === "paused") reject(pausedDownload(where.wanted.model.name));
            else if (where.wanted.state === "failed") reject(whyFailed(where.wanted));
          }, reject);
        };
        unlisten = this.listen((event) => {
          if (event.type === "downloads") {
            tellProgress(event.downloads, id, onProgress);
            // On a full disk the books can't say it.
            const failed = event.downloads.find((status) => status.id === id && status.state === "failed");
            if (failed?.error) reject(EaselError.fromFailure(failed.error));
          }
          look();
        });
        look();
      });
    } finally {
      unlisten();
      signal.removeEventListener("abort", give);
    }
  }

  #api(): Promise<Remote<LibraryWorkerApi>> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async #start(): Promise<Remote<LibraryWorkerApi>> {
    const worker = new Worker(new URL("../../workers/library/main.ts", import.meta.url), {
      type: "module",
      name: "easel-library",
    });
    const api = wrap<LibraryWorkerApi>(worker);
    const tell = (event: LibraryEvent): void => {
      for (const listener of this.#listeners) listener(event);
    };
    // Where there is no private file system every later call says so.
    await api.start(this.#hub, proxy(tell)).catch(() => undefined);
    return api;
  }
}

function tellProgress(
  downloads: readonly DownloadStatus[],
  id: string,
  onProgress: (event: LoadingEvent) => void,
): void {
  const status = downloads.find((download) => download.id === id);
  if (status === undefined) return;
  const { loadedBytes, totalBytes } = status;
  onProgress({ type: "loading", component: DOWNLOAD, loadedBytes, totalBytes });
}

function whyFailed({ model, error }: WantedModel): EaselError {
  if (error !== null) return EaselError.fromFailure(error);
  return new EaselError("download_failed", `${model.name} could not be fetched.`);
}

function pausedDownload(name: string): EaselError {
  return new EaselError("model_not_installed", `The download of ${name} is paused.`, {
    hint: "Go on with it on the Models page.",
  });
}

function notInstalled(id: string): EaselError {
  return new EaselError("model_not_installed", `The model ${id} is not in this browser.`, {
    hint: "Get it on the Models page, or draw on the server.",
  });
}

function damagedModel({ manifest, missing }: DamagedModel): EaselError {
  const paths = missing.map(({ path }) => path).join(", ");
  return new EaselError(
    "model_corrupt",
    `Of ${manifest.name} in this browser some files are lost: ${paths}.`,
    {
      hint: "Get it again on the Models page: only what is missing is downloaded.",
    },
  );
}

function valueOf<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw EaselError.fromFailure(outcome.failure);
  return outcome.value;
}
