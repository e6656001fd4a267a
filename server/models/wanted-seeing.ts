import { existsSync, openAsBlob, readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { EaselError } from "../../src/contracts/errors.ts";
import type { HubSettings } from "../../src/contracts/library-worker.ts";
import type { SeeingManifest } from "../../src/contracts/seeing-manifest.ts";
import { hubHeaders, listRepository, type HubFile } from "../../src/models/hub.ts";
import { inspectSeeing, isSeeingLayout } from "../../src/models/seeing-layout.ts";
import type { Wanted } from "./incoming-model.ts";
import { catalogueEntry, isPath } from "./wanted-model.ts";

export type WantedSeeing = Wanted<Omit<SeeingManifest, "files" | "digest">>;

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
  revision?: string,
): Promise<WantedSeeing | undefined> {
  if (isPath(name)) return wantedOfFolder(resolve(name));
  if (!name.includes("/") || catalogueEntry(name) !== undefined) return undefined;
  return wantedOfRepository(signal, hub, name, revision);
}

async function wantedOfFolder(folder: string): Promise<WantedSeeing | undefined> {
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
  return { model: { id, name, task: needed.task, revision, ...about }, files };
}

async function wantedOfRepository(
  signal: AbortSignal,
  hub: HubSettings,
  repository: string,
  revision = "main",
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
      task: needed.task,
      revision: listing.commit,
      description: `From ${hub.address}/${repository}.`,
      licence: { id: "see its page on the hub", url: `${hub.address}/${repository}` },
    },
    files: listing.files
      .filter(({ path }) => needed.paths.includes(path))
      .map((file) => ({ ...file, kept: null })),
  };
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
