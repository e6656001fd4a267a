import { existsSync, openAsBlob, readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import type { HubSettings } from "../../src/contracts/library-worker.ts";
import { wantedSeeingOfHub, type WantedSeeing } from "../../src/models/hub-seeing.ts";
import { purposeOf, type WantedSafety } from "../../src/models/safety-purpose.ts";
import { inspectSeeing, isSeeingLayout } from "../../src/models/seeing-layout.ts";
import { catalogueEntry, isPath } from "./wanted-model.ts";

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
  return wantedSeeingOfHub(signal, hub, name, { revision, safety });
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
