import type { Outcome } from "./diffusion-worker.ts";
import type { Failure } from "./errors.ts";
import type { KeptModel } from "./kept-model.ts";
import type { Manifest } from "./model.ts";
import type { SeeingManifest } from "./seeing-manifest.ts";
import type { WantedModel } from "./wanted-model.ts";

/** Where models come from besides this page's own server. */
export interface HubSettings {
  /** The hub's address, or a mirror's, without a slash at its end. */
  address: string;
  /** Of an account there, for models that ask for one; sent to that address alone. */
  token: string | null;
}

/** A model on its way, as it is shown. */
export interface DownloadStatus {
  id: string;
  name: string;
  /** `waiting`: another model is being fetched first. */
  state: "waiting" | "running" | "paused" | "failed";
  loadedBytes: number;
  totalBytes: number;
  /** null while there is too little to tell. */
  bytesPerSecond: number | null;
  secondsLeft: number | null;
  error: Failure | null;
}

/** A model that is here but for some of its files: they are gone, or were altered and removed. */
export interface DamagedModel {
  manifest: KeptModel;
  missing: Manifest["files"];
}

/** What a library worker tells its page, and every other tab's worker. */
export type LibraryEvent =
  | { type: "downloads"; downloads: DownloadStatus[] }
  /** Models came or went. */
  | { type: "installed" };

/** Where a model stands. */
export type Whereabouts =
  | { place: "installed"; manifest: KeptModel }
  | { place: "wanted"; wanted: WantedModel }
  | { place: "damaged"; damaged: DamagedModel }
  | { place: "absent" };

/** What crosses comlink between the page and workers/library. Every tab has one; one of them downloads. */
export interface LibraryWorkerApi {
  /** Begins to take part; `onEvent` is a comlink proxy. */
  start(hub: HubSettings, onEvent: (event: LibraryEvent) => void): Promise<void>;
  configure(hub: HubSettings): Promise<void>;
  /** The models that draw. */
  installed(): Promise<Outcome<Manifest[]>>;
  /** The models that see. */
  seeing(): Promise<Outcome<SeeingManifest[]>>;
  damaged(): Promise<Outcome<DamagedModel[]>>;
  whereabouts(id: string): Promise<Outcome<Whereabouts>>;
  /** Has a model fetched; what an earlier try left is gone on with. */
  want(wanted: WantedModel): Promise<Outcome<void>>;
  pause(id: string): Promise<Outcome<void>>;
  /** Goes on with a paused or failed download. */
  resume(id: string): Promise<Outcome<void>>;
  /** Stops a download and drops its bytes. */
  cancel(id: string): Promise<Outcome<void>>;
  /** Deletes an installed model. */
  remove(id: string): Promise<Outcome<void>>;
  /** Reads an installed model's files again; the paths that were not right any more, and are removed. */
  verify(id: string, onBytes: (count: number) => void): Promise<Outcome<string[]>>;
  /** Has every tab look again at what is here: a worker that draws has found a file altered, and removed it. */
  noteDamage(): Promise<void>;
}
