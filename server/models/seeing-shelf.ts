import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { toCamel } from "../../src/contracts/casing.ts";
import type { SeeingTask } from "../../src/contracts/prediction.ts";
import type { Safety } from "../../src/contracts/safety.ts";
import { SEEING_MANIFEST, seeingManifestSchema } from "../../src/contracts/seeing-manifest.ts";
import type { SeeingManifest } from "../../src/contracts/seeing-manifest.ts";
import { subfolders } from "./model-shelf.ts";

/** A model that sees, and the folder that its files lie in. */
export interface SeeingModel extends Pick<
  SeeingManifest,
  "id" | "task" | "revision" | "digest" | "licence" | "files" | "unsafe"
> {
  readonly folder: string;
}

/** Easel's own: in the repository, so that its files need no manifest. Two models: of texts, and of pictures. */
const OWN = "easel-eyes";
const OWN_TEXT = "text.json";
export const EYES_GRAPH = "eyes.onnx";
const EYES_LABELS = "eyes.json";

/** Whether it is Easel's own, which came with the server. */
export const isOwn = ({ id }: Pick<SeeingModel, "id">): boolean => id === OWN;

const READ_EVERY_MILLISECONDS = 2000;

/**
 * The models that see in the direct subfolders of these folders: of each task the one that the server uses: the first
 * by its id of those that were added, else Easel's own. API and workers choose by the same rule, and the digest tells them whether they chose the same.
 */
export class SeeingShelf {
  readonly #folders: readonly string[];
  /** By the path of what describes it, with its modification time and size. */
  readonly #known = new Map<string, { stamp: string; models: readonly SeeingModel[] }>();
  #models: readonly SeeingModel[] = [];
  #installed: readonly SeeingModel[] = [];
  #readAt = -READ_EVERY_MILLISECONDS;

  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /** The newest reading, at most two seconds old: adding a model needs no restart. */
  all(): readonly SeeingModel[] {
    if (performance.now() - this.#readAt < READ_EVERY_MILLISECONDS) return this.#models;
    this.#readAt = performance.now();
    const found = this.#folders
      .flatMap(subfolders)
      .flatMap((folder) => [...this.#read(folder, SEEING_MANIFEST, installed), ...this.#readOwn(folder)])
      .sort((a, b) => Number(isOwn(a)) - Number(isOwn(b)) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    this.#installed = found;
    const first = new Map<SeeingTask, SeeingModel>();
    for (const model of found) if (!first.has(model.task)) first.set(model.task, model);
    this.#models = [...first.values()];
    return this.#models;
  }

  /** Those too that the server does not use. */
  installed(): readonly SeeingModel[] {
    this.all();
    return this.#installed;
  }

  find(task: SeeingTask): SeeingModel | undefined {
    return this.all().find((model) => model.task === task);
  }

  #readOwn(folder: string): readonly SeeingModel[] {
    if (basename(folder) !== OWN) return [];
    return [
      ...this.#read(folder, OWN_TEXT, (found, bytes) => [
        ...own(found, { [OWN_TEXT]: bytes }, ["text-classification"]),
      ]),
      ...this.#read(folder, EYES_GRAPH, ownEyes),
    ];
  }

  /** What describes a model is read when it is new or has changed. */
  #read(
    folder: string,
    file: string,
    describe: (folder: string, bytes: Buffer) => readonly SeeingModel[],
  ): readonly SeeingModel[] {
    const path = join(folder, file);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return [];
    const stamp = `${stats.mtimeMs} ${stats.size}`;
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.models;
    const models = describe(folder, readFileSync(path));
    this.#known.set(path, { stamp, models });
    return models;
  }
}

/** The safety model of a shelf, with its rule; undefined: there is none. */
export function safetyOf(shelf: SeeingShelf): Safety | undefined {
  const { digest, unsafe } = shelf.find("image-safety") ?? {};
  return digest === undefined || unsafe === undefined ? undefined : { ...unsafe, digest };
}

/** A manifest that can't be read counts as no model: it may be half written. */
function installed(folder: string, bytes: Buffer): readonly SeeingModel[] {
  try {
    const parsed = seeingManifestSchema.safeParse(JSON.parse(bytes.toString("utf8")));
    if (!parsed.success) return [];
    const manifest = toCamel(parsed.data);
    return manifest.files.every(({ path }) => existsSync(join(folder, path)))
      ? [{ ...manifest, folder }]
      : [];
  } catch {
    return [];
  }
}

/** One network recognises and detects. */
function ownEyes(folder: string, graph: Buffer): readonly SeeingModel[] {
  const labels = join(folder, EYES_LABELS);
  if (!existsSync(labels)) return [];
  const files = { [EYES_GRAPH]: graph, [EYES_LABELS]: readFileSync(labels) };
  return own(folder, files, ["image-classification", "object-detection"]);
}

function own(
  folder: string,
  contents: Readonly<Record<string, Buffer>>,
  tasks: readonly SeeingTask[],
): SeeingModel[] {
  const files = Object.entries(contents).map(([path, bytes]) => ({
    path,
    size: bytes.byteLength,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  }));
  const lines = files.map(({ path, sha256 }) => `${path} ${sha256}\n`).sort();
  const digest = createHash("sha256").update(lines.join("")).digest("hex");
  const revision = files[0]!.sha256.slice(0, 12);
  const licence = { id: "Apache-2.0" };
  return tasks.map((task) => ({ id: OWN, task, revision, digest, licence, files, folder }));
}
