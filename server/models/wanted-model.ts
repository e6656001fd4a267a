import { existsSync, openAsBlob, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { CatalogueEntry, CatalogueFile } from "../../src/contracts/catalogue.ts";
import { EaselError } from "../../src/contracts/errors.ts";
import type { HubSettings } from "../../src/contracts/library-worker.ts";
import type { WantedModel } from "../../src/contracts/wanted-model.ts";
import { readCatalogueEntry } from "../../src/models/catalogue-entry.ts";
import { wantedFromDisk } from "../../src/models/disk-model.ts";
import { wantedFromCatalogue, wantedFromRepository } from "../../src/models/hub-model.ts";
import { parseManifest } from "../../src/models/manifest.ts";
import { packageRoot } from "../package-root.ts";

const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;

/** Whether what was named is on this disk: a path begins with a dot or a slash, or is a zip. */
export function isPath(name: string): boolean {
  return isAbsolute(name) || /^\.{1,2}(?:$|[\\/])/.test(name) || /\.zip$/i.test(name);
}

/** A model of the catalogue, by its id. */
export function catalogueEntry(id: string): CatalogueEntry | undefined {
  const folder = packageRoot("models", "catalogue");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as CatalogueFile)
    .map(readCatalogueEntry)
    .find((entry) => entry.id === id);
}

/**
 * What a hub has under an id of the catalogue, or under owner/name.
 * @throws EaselError `unknown_model`, `forbidden`, `download_failed`, `model_corrupt`
 */
export function wantedOfHub(
  signal: AbortSignal,
  hub: HubSettings,
  id: string,
  revision?: string,
): Promise<WantedModel> {
  const entry = revision === undefined ? catalogueEntry(id) : undefined;
  if (entry !== undefined) return wantedFromCatalogue(signal, hub, entry);
  if (REPOSITORY.test(id)) return wantedFromRepository(signal, hub, id, revision);
  throw new EaselError("unknown_model", `${id} is neither in Easel's catalogue nor of the form owner/name.`, {
    hint: "A path begins with ./ or with /.",
  });
}

/**
 * A folder or a zip on this disk: one with a manifest of Easel's, else in the layout of Optimum's export.
 * @throws EaselError `model_corrupt`, `unsupported_media`, `not_found`
 */
export async function wantedOfPath(path: string): Promise<WantedModel> {
  const at = resolve(path);
  if (!existsSync(at)) throw new EaselError("not_found", `There is nothing at ${at}.`);
  if (!statSync(at).isDirectory()) {
    return wantedFromDisk([new File([await openAsBlob(at)], basename(at))]);
  }
  const manifest = join(at, "manifest.json");
  if (existsSync(manifest)) return wantedOfManifest(at, readFileSync(manifest, "utf8"));
  const files: File[] = [];
  for (const entry of readdirSync(at, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const chosen = new File([await openAsBlob(file)], entry.name);
    // As a browser names the files of a chosen folder: the folder's own name first.
    const inFolder = join(basename(at), relative(at, file)).split(sep).join("/");
    files.push(Object.defineProperty(chosen, "webkitRelativePath", { value: inFolder }));
  }
  return wantedFromDisk(files);
}

async function wantedOfManifest(folder: string, text: string): Promise<WantedModel> {
  const { files, digest: _, ...model } = await parseManifest(text, join(folder, "manifest.json"));
  const wanted: WantedModel["files"] = [];
  for (const { path, size, sha256 } of files) {
    const file = join(folder, path);
    if (!existsSync(file)) {
      throw new EaselError("model_corrupt", `The manifest lists ${path}, which ${folder} does not hold.`, {
        hint: "Get the model's folder anew.",
      });
    }
    const url = URL.createObjectURL(await openAsBlob(file));
    wanted.push({ path, size, sha256, gitOid: null, kept: null, url });
  }
  return { model, files: wanted, state: "running", error: null };
}
