import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { copyFile, link, mkdir, rename, rm, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { toSnake } from "../../src/contracts/casing.ts";
import { EaselError } from "../../src/contracts/errors.ts";
import { modelFileSchema, sha256Schema, type Manifest } from "../../src/contracts/model.ts";
import type { WantedFile } from "../../src/contracts/wanted-model.ts";
import { partName, type PartFolder } from "../../src/models/fetch-file.ts";
import type { IncomingModels } from "../../src/models/fetch-model.ts";
import { digestOfFiles } from "../../src/models/manifest.ts";
import { DiskPart, partPath } from "./disk-part.ts";

/** Beside the models, and no model itself: what is on its way. */
const INCOMING = ".incoming";

const keptSchema = z.record(z.string(), sha256Schema);
/** All that is needed of what an installed model says of itself. */
const installedSchema = z.object({ files: z.array(modelFileSchema) });

/** A model that is to be had, whether it draws or sees: what it says of itself, but for what only its bytes tell. */
export interface Wanted<Model extends { readonly id: string }> {
  readonly model: Model;
  readonly files: WantedFile[];
}

/** What is written beside an installed model's files. */
export type Installed<Model> = Model & Pick<Manifest, "files" | "digest">;

/** A model that draws has this one; another kind has another, and is no model to who looks for this. */
const MANIFEST = "manifest.json";

/**
 * The folder of a model below `DATA_DIR/models`: an id's slash can't be in a folder's name.
 * @throws EaselError `model_corrupt` for an id that is no name
 */
export function modelFolderName(id: string): string {
  const name = id.replace("/", "--");
  if (/^\w[\w.-]*$/.test(name)) return name;
  throw new EaselError("model_corrupt", `A model's id is a name or owner/name, not ${id}.`, {
    hint: "Its manifest.json says which it is.",
  });
}

/**
 * One model on its way onto the disk. Its files lie under the names of what they will be, so that a second run, or a
 * newer revision, goes on with them; the model's folder appears whole or not at all.
 */
export class IncomingModel<Model extends { readonly id: string }> implements IncomingModels<
  Installed<Model>
> {
  readonly #wanted: Wanted<Model>;
  readonly #manifest: string;
  readonly #target: string;
  readonly #work: string;
  readonly #kept: Map<string, string>;

  private constructor(modelsFolder: string, wanted: Wanted<Model>, manifest: string) {
    this.#manifest = manifest;
    const name = modelFolderName(wanted.model.id);
    this.#wanted = wanted;
    this.#target = join(modelsFolder, name);
    this.#work = join(modelsFolder, INCOMING, name);
    this.#kept = new Map(Object.entries(readKept(this.#notes)));
  }

  /** Goes on with what an earlier run left, and takes over the files that an installed revision has already. */
  static async open<Model extends { readonly id: string }>(
    modelsFolder: string,
    wanted: Wanted<Model>,
    manifest = MANIFEST,
  ): Promise<IncomingModel<Model>> {
    const incoming = new IncomingModel(modelsFolder, wanted, manifest);
    await mkdir(incoming.#work, { recursive: true });
    await incoming.#adoptInstalled();
    return incoming;
  }

  readonly folder: PartFolder = {
    openPart: async (file) => {
      const part = new DiskPart(await this.#place(file));
      // A copy from this disk is quick, and its name is its address of this run: it begins anew.
      if (file.url.startsWith("blob:")) await part.restart();
      return part;
    },
  };

  async has(file: WantedFile): Promise<boolean> {
    return this.#kept.has(await partName(file)) && sizeOf(await this.#place(file)) === file.size;
  }

  async bytesOf(file: WantedFile): Promise<number> {
    if (await this.has(file)) return file.size;
    return sizeOf(partPath(await this.#place(file))) ?? 0;
  }

  async keep(_id: string, file: WantedFile, sha256: string, takePlace: () => Promise<void>): Promise<void> {
    this.#note(await partName(file), sha256);
    await takePlace();
  }

  async requireRoom(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#work);
    if (bytes <= bavail * bsize) return;
    const [needed, free] = [bytes, bavail * bsize].map((count) => (count / 1e6).toFixed(0));
    throw new EaselError(
      "quota_exceeded",
      `The model needs ${needed} MB, but the disk has ${free} MB left.`,
      {
        hint: "Free some disk space, or set DATA_DIR to a folder on a larger disk.",
      },
    );
  }

  async install(): Promise<Installed<Model>> {
    const whole = join(this.#work, "whole");
    await rm(whole, { recursive: true, force: true });
    const files: Manifest["files"] = [];
    for (const file of this.#wanted.files) {
      const { path, size } = file;
      const sha256 = this.#kept.get(await partName(file));
      if (sha256 === undefined) throw new Error(`${path} is not here yet.`);
      await mkdir(dirname(join(whole, path)), { recursive: true });
      await linkOrCopy(await this.#place(file), join(whole, path));
      files.push({ path, size, sha256 });
    }
    const manifest = { ...this.#wanted.model, files, digest: await digestOfFiles(files) };
    await writeFile(join(whole, this.#manifest), JSON.stringify(toSnake(manifest), null, 2));
    if (existsSync(this.#target)) await rename(this.#target, join(this.#work, "replaced"));
    await rename(whole, this.#target);
    await rm(this.#work, { recursive: true, force: true });
    return manifest;
  }

  get #notes(): string {
    return join(this.#work, "kept.json");
  }

  async #place(file: WantedFile): Promise<string> {
    return join(this.#work, await partName(file));
  }

  /** In one go: several files come at once. */
  #note(name: string, sha256: string): void {
    this.#kept.set(name, sha256);
    writeFileSync(`${this.#notes}.new`, JSON.stringify(Object.fromEntries(this.#kept)));
    renameSync(`${this.#notes}.new`, this.#notes);
  }

  async #adoptInstalled(): Promise<void> {
    const installed = readInstalled(join(this.#target, this.#manifest));
    for (const file of this.#wanted.files) {
      const same = installed.find(({ sha256 }) => sha256 === file.sha256);
      if (same === undefined || (await this.has(file))) continue;
      await linkOrCopy(join(this.#target, same.path), await this.#place(file));
      this.#note(await partName(file), same.sha256);
    }
  }
}

/** None where there is no such model, or its manifest can't be read. */
function readInstalled(path: string): Manifest["files"] {
  try {
    return installedSchema.parse(JSON.parse(readFileSync(path, "utf8"))).files;
  } catch {
    return [];
  }
}

function readKept(path: string): Record<string, string> {
  try {
    return keptSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return {};
  }
}

/** Not every file system has links. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  await link(from, to).catch(() => copyFile(from, to));
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
