import { existsSync, openAsBlob, readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { EaselError } from "../../src/contracts/errors.ts";
import type { HubSettings } from "../../src/contracts/library-worker.ts";
import type { SeeingTask } from "../../src/contracts/prediction.ts";
import type { SeeingManifest } from "../../src/contracts/seeing-manifest.ts";
import { hubHeaders, listRepository, type HubFile } from "../../src/models/hub.ts";
import { inspectSeeing, isSeeingLayout } from "../../src/models/seeing-layout.ts";
import { unsafeAmong } from "../../src/seeing/safety.ts";
import type { Wanted } from "./incoming-model.ts";
import { catalogueEntry, isPath } from "./wanted-model.ts";

export type WantedSeeing = Wanted<Omit<SeeingManifest, "files" | "digest">>;

/** That a classifier is wanted as a safety model; without `labels` those are unsafe that are so by their names. */
export interface WantedSafety {
  threshold: number;
  labels?: readonly string[];
}

/**
 * A model that sees, of a folder on this disk or of a hub, in the Hugging Face layout. Undefined: what is there is of
 * another layout, or there is nothing.
 *
 * @throws EaselError `model_corrupt` where it is of the layout and can't be used; as {@link listRepository}
 */
export async function wantedSeeing(
  signal: AbortSignal,
  hub: HubSettings,
  name: string,
  { revision, safety }: { revision?: string | undefined; safety?: WantedSafety | undefined } = {},
): Promise<WantedSeeing | undefined> {
  if (isPath(name)) return wantedOfFolder(resolve(name), safety);
  if (!name.includes("/") || catalogueEntry(name) !== undefined) return undefined;
  return wantedOfRepository(signal, hub, name, revision, safety);
}

async function wantedOfFolder(folder: string, safety?: WantedSafety): Promise<WantedSeeing | undefined> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return undefined;
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
  if (!isSeeingLayout(paths)) return undefined;
  const name = basename(folder);
  const id = `disk/${name.replace(/[^\w.-]+/g, "-").replace(/^[.-]+/, "") || "model"}`;
  const needed = await inspectSeeing({
    manifest: { id, files: paths.map((path) => ({ path })) },
    read: async (path) => new Uint8Array(await readFile(join(folder, path))),
  });
  const files: WantedSeeing["files"] = [];
  for (const path of needed.paths) {
    const file = join(folder, path);
    const url = URL.createObjectURL(await openAsBlob(file));
    files.push({ path, url, size: statSync(file).size, sha256: null, gitOid: null, kept: null });
  }
  const revision = `disk-${new Date().toISOString().slice(0, 10)}`;
  const about = { description: "From this device's disk.", licence: { id: "unknown" } };
  return { model: { id, name, ...purposeOf(id, needed, safety), revision, ...about }, files };
}

async function wantedOfRepository(
  signal: AbortSignal,
  hub: HubSettings,
  repository: string,
  revision = "main",
  safety?: WantedSafety,
): Promise<WantedSeeing | undefined> {
  const listing = await listRepository(signal, hub, repository, revision);
  const paths = listing.files.map(({ path }) => path);
  if (!isSeeingLayout(paths)) return undefined;
  const needed = await inspectSeeing({
    manifest: { id: repository, files: listing.files },
    read: (path) =>
      readSmall(
        signal,
        hub,
        listing.files.find((file) => file.path === path)!,
      ),
  });
  return {
    model: {
      id: repository,
      name: repository.split("/")[1] ?? repository,
      ...purposeOf(repository, needed, safety),
      revision: listing.commit,
      description: `From ${hub.address}/${repository}.`,
      licence: { id: "see its page on the hub", url: `${hub.address}/${repository}` },
    },
    files: listing.files
      .filter(({ path }) => needed.paths.includes(path))
      .map((file) => ({ ...file, kept: null })),
  };
}

/** What the model is used for, and by which rule. @throws EaselError `model_corrupt` where it is no safety model */
function purposeOf(
  id: string,
  { task, labels }: { task: SeeingTask; labels: readonly string[] },
  safety: WantedSafety | undefined,
): Pick<SeeingManifest, "task" | "unsafe"> {
  if (safety === undefined) return { task };
  if (task !== "image-classification") {
    throw new EaselError("model_corrupt", `${id} is no image classifier, and so no safety model.`, {
      hint: "Its config.json should name an architecture that ends in ForImageClassification.",
    });
  }
  const unsafe = [...new Set(safety.labels ?? unsafeAmong(labels))];
  const strange = unsafe.find((label) => !labels.includes(label));
  if (unsafe.length > 0 && strange === undefined) {
    return { task: "image-safety", unsafe: { labels: unsafe, threshold: safety.threshold } };
  }
  throw new EaselError(
    "model_corrupt",
    strange === undefined
      ? `None of ${id}'s labels is unsafe by its name: ${named(labels)}.`
      : `${id} has no label ${strange}: ${named(labels)}.`,
    { hint: "Say which of them are unsafe: --unsafe with the labels, a comma between two." },
  );
}

const MOST_NAMED = 20;

function named(labels: readonly string[]): string {
  const more = labels.length - MOST_NAMED;
  return labels.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

async function readSmall(
  signal: AbortSignal,
  hub: HubSettings,
  { url }: HubFile,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, { signal, headers: hubHeaders(url, hub) });
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new EaselError("download_failed", `${url} could not be read: the hub answered ${response.status}.`, {
    hint: "Look at the connection and try again.",
  });
}
