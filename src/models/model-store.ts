import { createSHA256 } from "hash-wasm";
import { toCamel, toSnake } from "../contracts/casing.ts";
import { EaselError } from "../contracts/errors.ts";
import { wantedModelSchema, type WantedFile, type WantedModel } from "../contracts/wanted-model.ts";
import type { DamagedModel } from "../contracts/library-worker.ts";
import type { Manifest } from "../contracts/model.ts";
import type { SeeingManifest } from "../contracts/seeing-manifest.ts";
import type { ListedFiles, ModelFiles } from "../core/model-files.ts";
import { partName, type PartFolder } from "./fetch-file.ts";
import type { IncomingModels } from "./fetch-model.ts";
import { draws, sees, type KeptModel } from "../contracts/kept-model.ts";
import { digestOfFiles, parseKept, sha256Hex } from "./manifest.ts";
import { OpfsFiles } from "./opfs-files.ts";
import { checkpointName, checkpointOffset, opfsPartFolder } from "./part-file.ts";
import { requireRoom } from "./browser-room.ts";
import { sameFile } from "./same-file.ts";
import { atTheBooks, lookingAtTheBooks } from "./store-lock.ts";

/**
 * The models kept in this browser. Weights lie by their SHA-256, so that a new revision fetches only what changed,
 * and a file that is there has been verified.
 */
export class ModelStore implements IncomingModels<KeptModel> {
  readonly #files: OpfsFiles;
  readonly #parts: OpfsFiles;
  readonly #manifests: OpfsFiles;
  readonly #wanted: OpfsFiles;

  private constructor(files: OpfsFiles, parts: OpfsFiles, manifests: OpfsFiles, wanted: OpfsFiles) {
    this.#files = files;
    this.#parts = parts;
    this.#manifests = manifests;
    this.#wanted = wanted;
  }

  /** @throws EaselError `storage_unavailable` where the browser has no private file system. */
  static async open(): Promise<ModelStore> {
    return new ModelStore(
      await OpfsFiles.open("files"),
      await OpfsFiles.open("parts"),
      await OpfsFiles.open("manifests"),
      await OpfsFiles.open("wanted"),
    );
  }

  /** Where a file's parts and its verified whole lie. */
  get folder(): PartFolder {
    return opfsPartFolder({ parts: this.#parts, files: this.#files });
  }

  requireRoom(bytes: number): Promise<void> {
    return requireRoom(bytes);
  }

  /** The models that draw and are here with all of their files. */
  async installed(): Promise<Manifest[]> {
    return (await this.#whole()).filter(draws);
  }

  /** The models that see and are here with all of their files. */
  async seeing(): Promise<SeeingManifest[]> {
    return (await this.#whole()).filter(sees);
  }

  async #whole(): Promise<KeptModel[]> {
    const all = await this.#looked();
    return all.filter(({ missing }) => missing.length === 0).map(({ manifest }) => manifest);
  }

  /** The models that lack files which they had. */
  async damaged(): Promise<DamagedModel[]> {
    return (await this.#looked()).filter(({ missing }) => missing.length > 0);
  }

  async #looked(): Promise<DamagedModel[]> {
    return lookingAtTheBooks(async () => {
      const all: DamagedModel[] = [];
      for (const manifest of await this.#manifestsHere())
        all.push({ manifest, missing: await this.#missing(manifest) });
      return all;
    });
  }

  /**
   * A model that draws and is here.
   * @throws EaselError `model_not_installed`
   */
  async find(id: string): Promise<ModelFiles> {
    const manifest = await this.#here(id);
    if (manifest === undefined || !draws(manifest)) {
      throw new EaselError("model_not_installed", `The model ${id} is not in this browser.`, {
        hint: "Get it on the Models page, or draw on the server.",
      });
    }
    return {
      manifest,
      read: (path) => this.#read(manifest, path),
      blob: (path) => this.#blob(manifest, path),
    };
  }

  /**
   * A model that sees and is here.
   * @throws EaselError `model_not_installed`
   */
  async findSeeing(id: string): Promise<{ manifest: SeeingManifest; read: ListedFiles["read"] }> {
    const manifest = await this.#here(id);
    if (manifest !== undefined && sees(manifest))
      return { manifest, read: (path) => this.#read(manifest, path) };
    throw new EaselError("model_not_installed", `The model ${id} is not in this browser.`, {
      hint: "Get it again.",
    });
  }

  async #here(id: string): Promise<KeptModel | undefined> {
    const manifest = await lookingAtTheBooks(() => this.#manifest(id));
    return manifest === undefined || (await this.#missing(manifest)).length > 0 ? undefined : manifest;
  }

  /** The models on their way, in the order of their names. */
  wanted(): Promise<WantedModel[]> {
    return lookingAtTheBooks(() => this.#wantedHere());
  }

  async #wantedHere(): Promise<WantedModel[]> {
    const models: WantedModel[] = [];
    for (const name of (await this.#wanted.names()).sort()) {
      const wanted = await this.#wantedOf(name);
      if (wanted !== undefined) models.push(wanted);
    }
    return models;
  }

  /**
   * Changes, adds or (with null) takes away what is wanted of a model.
   * @returns what is wanted of it now
   */
  async changeWanted(
    id: string,
    change: (now: WantedModel | undefined) => WantedModel | null | undefined,
  ): Promise<WantedModel | undefined> {
    return atTheBooks(async () => {
      const name = encodeURIComponent(id);
      const now = await this.#wantedOf(name);
      const next = change(now);
      if (next === undefined || next === now) return now;
      if (next === null) {
        await this.#wanted.remove(name);
        await this.#sweep();
        return undefined;
      }
      await this.#wanted.write(name, encode(wantedModelSchema.parse(toSnake(next))));
      return next;
    });
  }

  /** Whether a verified copy of this file is here, of this model or another. */
  async has(file: WantedFile): Promise<boolean> {
    const sha256 = file.kept ?? file.sha256;
    return sha256 !== null && (await this.#files.size(sha256)) === file.size;
  }

  /** How many bytes of a file are here and need not be fetched again. */
  async bytesOf(file: WantedFile): Promise<number> {
    if (await this.has(file)) return file.size;
    return checkpointOffset(this.#parts, await partName(file));
  }

  /** Notes a file's hash in what is wanted of its model, and then lets it take its place. */
  async keep(id: string, file: WantedFile, sha256: string, takePlace: () => Promise<void>): Promise<void> {
    await atTheBooks(async () => {
      const name = encodeURIComponent(id);
      const wanted = await this.#wantedOf(name);
      if (wanted === undefined) throw new EaselError("interrupted", "The download of the model was stopped.");
      const files = wanted.files.map((other) => (sameFile(other, file) ? { ...other, kept: sha256 } : other));
      await this.#wanted.write(name, encode(toSnake({ ...wanted, files })));
      await takePlace();
    });
  }

  /** A wanted model whose files are all here becomes an installed one; an earlier revision's files go. */
  async install(id: string): Promise<KeptModel> {
    return atTheBooks(async () => {
      const name = encodeURIComponent(id);
      const wanted = await this.#wantedOf(name);
      if (wanted === undefined) throw new EaselError("interrupted", "The download of the model was stopped.");
      const files = wanted.files.map(({ path, size, sha256, kept }) => {
        const known = kept ?? sha256;
        if (known === null) throw new Error(`${path} of ${id} is not here yet.`);
        return { path, size, sha256: known };
      });
      const manifest: KeptModel = { ...wanted.model, files, digest: await digestOfFiles(files) };
      await this.#manifests.write(name, encode(toSnake(manifest)));
      await this.#wanted.remove(name);
      await this.#sweep();
      return manifest;
    });
  }

  /** Removes a model; files that another one needs stay. */
  async remove(id: string): Promise<void> {
    await atTheBooks(async () => {
      await this.#manifests.remove(encodeURIComponent(id));
      await this.#sweep();
    });
  }

  /**
   * Reads every file of a model again; one that is missing or altered is removed, so that it can be had anew.
   * @param onBytes told how many bytes have been read since the last call
   * @returns the paths that are not right any more
   */
  async verify(id: string, onBytes: (count: number) => void): Promise<string[]> {
    const manifest = await lookingAtTheBooks(() => this.#manifest(id));
    const damaged: string[] = [];
    for (const { path, sha256 } of manifest?.files ?? []) {
      const file = await this.#files.file(sha256);
      if (file !== undefined && (await hashOf(file, onBytes)) === sha256) continue;
      damaged.push(path);
      await this.#files.remove(sha256);
    }
    return damaged;
  }

  /** Takes away what a stopped download still held when its record went. */
  async tidy(): Promise<void> {
    await atTheBooks(() => this.#sweep());
  }

  /** Takes away the files and parts that no model needs: an earlier revision's, a cancelled download's. */
  async #sweep(): Promise<void> {
    await this.#manifests.sweepSwaps();
    await this.#wanted.sweepSwaps();
    const files = new Set<string>();
    const parts = new Set<string>();
    for (const { files: listed } of await this.#manifestsHere())
      for (const { sha256 } of listed) files.add(sha256);
    for (const { files: listed } of await this.#wantedHere()) {
      for (const file of listed) {
        for (const sha256 of [file.kept, file.sha256]) if (sha256 !== null) files.add(sha256);
        const part = await partName(file);
        parts.add(part).add(checkpointName(part));
      }
    }
    for (const name of await this.#files.names()) if (!files.has(name)) await this.#files.remove(name);
    for (const name of await this.#parts.names()) {
      // A part that is being written can't be removed; the next sweep takes it.
      if (!parts.has(name)) await this.#parts.remove(name).catch(() => undefined);
    }
  }

  async #manifestsHere(): Promise<KeptModel[]> {
    const found: KeptModel[] = [];
    for (const name of (await this.#manifests.names()).sort()) {
      const manifest = await this.#manifest(decodeURIComponent(name));
      if (manifest !== undefined) found.push(manifest);
    }
    return found;
  }

  /** A model's stored manifest; one that can't be read counts as none, and the model is had anew. */
  async #manifest(id: string): Promise<KeptModel | undefined> {
    const stored = await this.#manifests.read(encodeURIComponent(id));
    if (stored === undefined) return undefined;
    return parseKept(decode(stored), `stored for ${id}`).catch(() => undefined);
  }

  async #wantedOf(name: string): Promise<WantedModel | undefined> {
    const stored = await this.#wanted.read(name);
    if (stored === undefined) return undefined;
    try {
      return toCamel(wantedModelSchema.parse(JSON.parse(decode(stored))));
    } catch {
      return undefined;
    }
  }

  async #missing(manifest: KeptModel): Promise<Manifest["files"]> {
    const missing: Manifest["files"] = [];
    for (const file of manifest.files)
      if ((await this.#files.size(file.sha256)) !== file.size) missing.push(file);
    return missing;
  }

  /** One file, verified anew: a disk can alter what was right when it was written. */
  async #read(manifest: KeptModel, path: string): Promise<Uint8Array<ArrayBuffer>> {
    const { sha256, file } = await this.#stored(manifest, path);
    const bytes = new Uint8Array(await file.arrayBuffer());
    await this.#requireSame(manifest, path, sha256, await sha256Hex(bytes));
    return bytes;
  }

  /** The same unread but for its hash, which is taken in passing. */
  async #blob(manifest: Manifest, path: string): Promise<File> {
    const { sha256, file } = await this.#stored(manifest, path);
    await this.#requireSame(manifest, path, sha256, await hashOf(file, () => undefined));
    return file;
  }

  async #stored(manifest: KeptModel, path: string): Promise<{ sha256: string; file: File }> {
    const listed = manifest.files.find((entry) => entry.path === path);
    if (listed === undefined) throw new EaselError("model_corrupt", `${manifest.id} lists no file ${path}.`);
    const { sha256 } = listed;
    const file = await this.#files.file(sha256);
    if (file !== undefined) return { sha256, file };
    throw new EaselError(
      "model_not_installed",
      `The file ${path} of ${manifest.id} is not in this browser any more.`,
      { hint: "Try again: it is downloaded anew." },
    );
  }

  async #requireSame(manifest: KeptModel, path: string, expected: string, came: string): Promise<void> {
    if (came === expected) return;
    await this.#files.remove(expected);
    throw new EaselError(
      "model_corrupt",
      `The stored copy of ${path} of ${manifest.id} is damaged and was removed: it should be SHA-256 ${expected}, but is ${came}.`,
      { hint: "Get the model again: only what is missing is downloaded." },
    );
  }
}

async function hashOf(file: File, onBytes: (count: number) => void): Promise<string> {
  const hash = await createSHA256();
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return hash.digest();
    hash.update(value);
    onBytes(value.byteLength);
  }
}

function encode(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

function decode(bytes: Uint8Array<ArrayBuffer>): string {
  return new TextDecoder().decode(bytes);
}
