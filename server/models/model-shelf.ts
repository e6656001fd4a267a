import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { toCamel } from "../../src/contracts/casing.ts";
import { manifestSchema, type Manifest } from "../../src/contracts/model.ts";
import { packageRoot } from "../package-root.ts";

interface ShelvedModel {
  manifest: Manifest;
  folder: string;
  /** The manifest file's modification time and size: another model was put there when they change. */
  stamp: string;
}

/** Where models are looked for: Easel's own, then what was added to the data folder. */
export function modelFolders(dataFolder: string): string[] {
  return [packageRoot("models"), join(dataFolder, "models")];
}

/** The models in the direct subfolders of these folders; a folder listed earlier wins. */
export class ModelShelf {
  readonly #folders: readonly string[];
  readonly #models = new Map<string, ShelvedModel>();
  #readAt = 0;

  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /** The newest reading, at most two seconds old: adding a model needs no restart. */
  all(): Manifest[] {
    this.#read();
    return [...this.#models.values()].map(({ manifest }) => manifest);
  }

  find(id: string): Manifest | undefined {
    this.#read();
    return this.#models.get(id)?.manifest;
  }

  /** The path of one of a model's listed files (or its manifest); undefined: the model has no such file. */
  file(id: string, path: string): string | undefined {
    this.#read();
    const model = this.#models.get(id);
    if (model === undefined) return undefined;
    if (path !== "manifest.json" && !model.manifest.files.some((file) => file.path === path))
      return undefined;
    const found = resolve(model.folder, path);
    return found.startsWith(model.folder + sep) && existsSync(found) ? found : undefined;
  }

  #read(): void {
    if (Date.now() - this.#readAt < 2000) return;
    this.#readAt = Date.now();
    const found = new Set<string>();
    for (const folder of this.#folders.flatMap(subfolders)) {
      const model = readModel(folder, this.#models);
      if (model === undefined || found.has(model.manifest.id)) continue;
      found.add(model.manifest.id);
      this.#models.set(model.manifest.id, model);
    }
    for (const id of this.#models.keys()) if (!found.has(id)) this.#models.delete(id);
  }
}

/** The direct subfolders of a folder; none where it is not there. */
export function subfolders(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => join(root, entry.name));
}

/** A manifest that can't be read counts as no model: it may be half written. */
function readModel(folder: string, known: ReadonlyMap<string, ShelvedModel>): ShelvedModel | undefined {
  const file = join(folder, "manifest.json");
  try {
    const { mtimeMs, size } = statSync(file);
    const stamp = `${mtimeMs} ${size}`;
    const same = [...known.values()].find((model) => model.folder === folder && model.stamp === stamp);
    if (same !== undefined) return same;
    const parsed = manifestSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
    return parsed.success ? { manifest: toCamel(parsed.data), folder, stamp } : undefined;
  } catch {
    return undefined;
  }
}
