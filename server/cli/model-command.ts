import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { EaselError } from "../../src/contracts/errors.ts";
import type { SeeingTask } from "../../src/contracts/prediction.ts";
import { SAFETY_THRESHOLD } from "../../src/contracts/safety.ts";
import { SEEING_MANIFEST } from "../../src/contracts/seeing-manifest.ts";
import { FETCH_TERMS, type FetchTerms } from "../../src/models/fetch-file.ts";
import { fetchModel, type FetchModelOptions } from "../../src/models/fetch-model.ts";
import { hubHeaders } from "../../src/models/hub.ts";
import { lockFolder } from "../db/data-folder-lock.ts";
import { IncomingModel, modelFolderName } from "../models/incoming-model.ts";
import { modelFolders, ModelShelf } from "../models/model-shelf.ts";
import { SeeingShelf } from "../models/seeing-shelf.ts";
import { catalogueEntry, isPath, wantedOfHub, wantedOfPath } from "../models/wanted-model.ts";
import type { WantedSafety } from "../../src/models/safety-purpose.ts";
import { wantedSeeing } from "../models/wanted-seeing.ts";
import { readSettings } from "../settings.ts";
import { UsageError } from "./usage.ts";

export const MODEL_USAGE = `model add ID|PATH [--revision R] [--accept-licence] [--safety [--unsafe A,B] [--threshold 0.5]]
  | model list | model remove ID
    Models in DATA_DIR/models that draw, recognise pictures or find things in documents (a classifier or a
    detector in the Hugging Face layout, as ONNX), for the GPU workers that have this DATA_DIR. ID is one of Easel's
    catalogue or owner/name on a hub (HF_ENDPOINT, HF_TOKEN); PATH, which begins with ./ or /, a folder
    or a zip. Running it again goes on with a broken download; workers need no restart.
    --safety: a classifier that says which pictures are unsafe. Workers look with it at what they draw, and what it calls
    unsafe is not kept; server and workers must all have it. --unsafe: its unsafe labels, where they do not tell by
    their names.`;

const USED: Readonly<Record<SeeingTask, string>> = {
  "text-classification": "Texts are sorted",
  "image-classification": "Pictures are recognised",
  "object-detection": "Documents are looked through",
  "image-safety": "What is drawn is looked at before it is kept",
};

export const MODEL_OPTIONS = {
  revision: { type: "string" },
  safety: { type: "boolean" },
  unsafe: { type: "string" },
  threshold: { type: "string" },
  "accept-licence": { type: "boolean" },
} as const;

export interface ModelOptions {
  revision?: string;
  safety?: boolean;
  unsafe?: string;
  threshold?: string;
  "accept-licence"?: boolean;
}

export interface ModelCommandTerms {
  signal: AbortSignal;
  /** Told how far a download is. */
  say: (line: string) => void;
  fetch?: FetchTerms;
}

/** `easel model`: answers what is to be printed. */
export async function modelCommand(
  positionals: readonly string[],
  options: ModelOptions,
  terms: ModelCommandTerms,
): Promise<string[]> {
  const [what, name, ...rest] = positionals;
  const known = what === "list" ? name === undefined : what === "add" || what === "remove";
  if (!known || (what !== "list" && name === undefined) || rest.length > 0)
    throw new UsageError("model needs one of: add ID or PATH, list, remove ID.");
  const folder = join(readSettings().DATA_DIR, "models");
  if (name === undefined) return list();
  await mkdir(folder, { recursive: true });
  const lock = await lockFolder(folder, "models");
  if (lock === undefined)
    throw new EaselError("conflict", "Another `easel model` works in this data folder: wait for its end.");
  try {
    return what === "add" ? await add(folder, name, options, terms) : await remove(folder, name);
  } finally {
    await lock.release();
  }
}

async function add(
  folder: string,
  name: string,
  options: ModelOptions,
  { signal, say, fetch: fetchTerms = FETCH_TERMS }: ModelCommandTerms,
): Promise<string[]> {
  const settings = readSettings();
  const hub = { address: settings.HF_ENDPOINT, token: settings.HF_TOKEN ?? null };
  if (!isPath(name)) requireLicence(name, options["accept-licence"] === true);
  const fetching = (wanted: { files: readonly { size: number }[] }): FetchModelOptions => {
    const total = sizeOf(wanted);
    let told = 0;
    return {
      terms: fetchTerms,
      headersFor: (url) => hubHeaders(url, hub),
      onLoaded: (bytes) => {
        const percent = Math.floor((100 * bytes) / total);
        if (percent >= told + 5) say(`${(told = percent)} % of ${megabytes(total)}`);
      },
    };
  };
  const safety = readSafetyOptions(options);
  const seeing = await wantedSeeing(signal, hub, name, { revision: options.revision, safety });
  if (seeing === undefined && safety !== undefined)
    throw new UsageError(
      `--safety needs an image classifier in the Hugging Face layout, which ${name} is not.`,
    );
  if (seeing !== undefined) {
    const place = await IncomingModel.open(folder, seeing, SEEING_MANIFEST);
    const { id, task } = await fetchModel(signal, seeing, place, fetching(seeing));
    const used = new SeeingShelf(modelFolders(settings.DATA_DIR)).find(task)?.id;
    return [
      `${id} is here, every file verified.`,
      used === id
        ? `${USED[task]} with it from now on, by workers with this DATA_DIR.`
        : `It is not used while ${used ?? "another"} is here: of several models the first by its id is.`,
    ];
  }
  const wanted = isPath(name)
    ? await wantedOfPath(name)
    : await wantedOfHub(signal, hub, name, options.revision);
  const manifest = await fetchModel(
    signal,
    wanted,
    await IncomingModel.open(folder, wanted),
    fetching(wanted),
  );
  return [
    `${manifest.id} is here, every file verified. Workers with this DATA_DIR draw with it from now on.`,
  ];
}

/** Undefined: the model is no safety model. @throws UsageError */
function readSafetyOptions({ safety, unsafe, threshold }: ModelOptions): WantedSafety | undefined {
  if (safety !== true) {
    if (unsafe === undefined && threshold === undefined) return undefined;
    throw new UsageError("--unsafe and --threshold belong to --safety.");
  }
  const from = threshold === undefined ? SAFETY_THRESHOLD : Number(threshold);
  if (!(from > 0 && from <= 1))
    throw new UsageError(`--threshold is a share above 0 and up to 1, not ${threshold ?? ""}.`);
  const labels = unsafe?.split(",").map((label) => label.trim());
  return { threshold: from, ...(labels === undefined ? {} : { labels }) };
}

/** @throws EaselError `forbidden`: some licences ask to be agreed to. */
function requireLicence(id: string, accepted: boolean): void {
  const licence = catalogueEntry(id)?.licence;
  if (licence?.accept !== true || accepted) return;
  throw new EaselError("forbidden", `${id} has a licence of its own: ${licence.name}. ${licence.terms}`, {
    hint: `Read it at ${licence.url} and give --accept-licence if you agree.`,
  });
}

function list(): string[] {
  const folders = modelFolders(readSettings().DATA_DIR);
  const here = [...new ModelShelf(folders).all(), ...new SeeingShelf(folders).installed()];
  return here.map(
    (model) => `${model.id}\t${megabytes(sizeOf(model))}\t${model.licence.id}\trevision ${model.revision}`,
  );
}

async function remove(folder: string, id: string): Promise<string[]> {
  const name = modelFolderName(id);
  const place = join(folder, name);
  const half = join(folder, ".incoming", name);
  const described = ["manifest.json", SEEING_MANIFEST].some((file) => existsSync(join(place, file)));
  const mine = described || existsSync(half);
  if (!mine) {
    throw new EaselError("model_not_installed", `${folder} holds no model ${id}.`, {
      hint: "`easel model list` says which there are; easel-mini comes with Easel and stays.",
    });
  }
  await rm(half, { recursive: true, force: true });
  // Out of sight at once, whatever happens to the rest.
  await mkdir(join(folder, ".incoming"), { recursive: true });
  if (existsSync(place)) await rename(place, half);
  await rm(half, { recursive: true, force: true });
  return [`${id} is gone from this data folder.`];
}

function sizeOf({ files }: { files: readonly { size: number }[] }): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
}
