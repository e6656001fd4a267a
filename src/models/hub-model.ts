import type { CatalogueEntry } from "../contracts/catalogue.ts";
import { EaselError } from "../contracts/errors.ts";
import type { HubSettings } from "../contracts/library-worker.ts";
import type { WantedFile, WantedModel } from "../contracts/wanted-model.ts";
import { drawsFamily } from "./families.ts";
import { hubHeaders, listRepository, type HubFile, type HubListing } from "./hub.ts";
import { filesOfLayout, inspectLayout, requireLayout } from "./layout.ts";

/** A file that says how a model is made is small; what is larger is no such file. */
const SMALL = 4_000_000;

/**
 * A catalogue's model as its hub has it now: the commit, and each file's size and hash.
 * @throws EaselError `unknown_model`, `forbidden`, `download_failed`, `model_corrupt` where a file is missing
 */
export async function wantedFromCatalogue(
  signal: AbortSignal,
  hub: HubSettings,
  entry: CatalogueEntry,
): Promise<WantedModel> {
  const { source, family } = entry;
  if (source.kind !== "hub" || !drawsFamily(family)) {
    throw new EaselError("unknown_model", `${entry.name} can't be had from a hub.`);
  }
  const listing = await listRepository(signal, hub, source.repository, source.revision);
  const files = filesOfEntry(entry, listing);
  for (const { path, from } of entry.supplements) {
    if (files.some((file) => file.path === path)) continue;
    if ("json" in from) files.push(fileOfJson(path, from.json));
    else files.push({ ...(await findFile(signal, hub, from.repository, from.sourcePath)), path });
  }
  const paths = files.map(({ path }) => path);
  requireLayout(family, paths, source.repository);
  const { id, url, attribution } = entry.licence;
  return wanted(
    {
      id: entry.id,
      name: entry.name,
      revision: listing.commit,
      family,
      description: entry.description,
      licence: { id, url, attribution },
      defaults: entry.defaults,
      sizes: entry.sizes,
      sizeRule: entry.sizeRule,
    },
    files,
  );
}

/**
 * Any repository in the layout of Optimum's export.
 * @param repository owner/name
 * @throws EaselError as {@link wantedFromCatalogue} does
 */
export async function wantedFromRepository(
  signal: AbortSignal,
  hub: HubSettings,
  repository: string,
  revision = "main",
): Promise<WantedModel> {
  const listing = await listRepository(signal, hub, repository, revision);
  const inspected = await inspectLayout(
    listing.files.map(({ path }) => path),
    (path) => readSmall(signal, hub, listing, path),
    repository,
  );
  const paths = filesOfLayout(
    inspected.family,
    listing.files.map(({ path }) => path),
  );
  const files = listing.files.filter(({ path }) => paths.includes(path));
  return wanted(
    {
      ...inspected,
      id: repository,
      name: repository.split("/")[1] ?? repository,
      revision: listing.commit,
      description: `From ${hub.address}/${repository}.`,
      licence: { id: "see its page on the hub", url: `${hub.address}/${repository}` },
    },
    files,
  );
}

function wanted(model: WantedModel["model"], files: readonly HubFile[]): WantedModel {
  return {
    model,
    // An empty file has nothing that a model could need.
    files: files.filter(({ size }) => size > 0).map((file): WantedFile => ({ ...file, kept: null })),
    state: "running",
    error: null,
  };
}

/** The entry's own names for what the repository calls otherwise, and the layout's for the rest. */
function filesOfEntry({ family, renamed }: CatalogueEntry, listing: HubListing): HubFile[] {
  const files = renamed.map(({ path, sourcePath }) => {
    const file = listing.files.find((one) => one.path === sourcePath);
    if (file === undefined) throw notListed(sourcePath, "the repository");
    return { ...file, path };
  });
  const taken = new Set(renamed.map(({ path }) => path));
  const others = filesOfLayout(
    family,
    listing.files.map(({ path }) => path),
  );
  for (const file of listing.files) if (others.includes(file.path) && !taken.has(file.path)) files.push(file);
  return files;
}

async function findFile(
  signal: AbortSignal,
  hub: HubSettings,
  repository: string,
  path: string,
): Promise<HubFile> {
  const { files } = await listRepository(signal, hub, repository, "main");
  const file = files.find((one) => one.path === path);
  if (file === undefined) throw notListed(path, repository);
  return file;
}

/** A few words of settings travel as an address of their own, and are checked like any file. */
function fileOfJson(path: string, json: unknown): HubFile {
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  const base64 = btoa(String.fromCharCode(...bytes));
  const url = `data:application/json;base64,${base64}`;
  return { path, url, size: bytes.byteLength, sha256: null, gitOid: null };
}

async function readSmall(
  signal: AbortSignal,
  hub: HubSettings,
  listing: HubListing,
  path: string,
): Promise<string | undefined> {
  const file = listing.files.find((one) => one.path === path);
  if (file === undefined || file.size > SMALL) return undefined;
  try {
    const response = await fetch(file.url, { signal, headers: hubHeaders(file.url, hub) });
    if (response.ok) return await response.text();
    throw new Error(`the hub answered ${response.status}`);
  } catch (cause) {
    throw new EaselError("download_failed", `${file.url} could not be read: ${String(cause)}.`, {
      hint: "Look at the connection and try again.",
      cause,
    });
  }
}

function notListed(path: string, where: string): EaselError {
  return new EaselError("model_corrupt", `${path} should be a file of ${where}, which does not list it.`, {
    hint: "The repository has changed since Easel's catalogue was written.",
  });
}
