import type { z } from "zod";
import { toCamel, type Camel } from "../contracts/casing.ts";
import type { InputBlobs } from "../contracts/diffusion-worker.ts";
import { EaselError } from "../contracts/errors.ts";
import {
  historyExportSchema,
  pictureSidecarSchema,
  type HistoryExport,
  type PictureSidecar,
} from "../contracts/history-export.ts";
import type { GenerationRequest } from "../contracts/request.ts";
import { UPLOAD_CONTENT_TYPES } from "../contracts/upload.ts";
import { readZip, type ZipEntry } from "../zip/read-zip.ts";
import { newJob, type Job } from "./database.ts";
import { hashOf } from "./input-pictures.ts";
import type { History } from "./history.ts";

/** A sidecar is a few kilobytes; its longest prompts are 40 kB in UTF-8. */
const LARGEST_JSON = 1024 * 1024;

export interface Imported {
  added: number;
  /** Here already, by id: only its star and albums were taken over. */
  already: number;
  /** Files that could not be read; all others were. */
  damaged: string[];
}

/**
 * Takes over what {@link exportHistory} wrote, on this device or another. What is here stays as it is.
 * @throws EaselError `unsupported_media` where it is no such zip; `quota_exceeded` when the disk is full, with what
 * came before it kept.
 */
export async function importHistory(
  history: History,
  zip: Blob,
  onPicture: (done: number, of: number) => void = () => undefined,
): Promise<Imported> {
  const entries = new Map((await readZip(zip)).map((entry) => [entry.path, entry]));
  const about = await readAbout(entries);
  const albumIds = await takeAlbums(history, about);
  const sidecars = [...entries.values()].filter(({ path }) => /^pictures\/[^/]+\.json$/.test(path));
  const imported: Imported = { added: 0, already: 0, damaged: [] };
  for (const [index, entry] of sidecars.entries()) {
    try {
      const sidecar = await readJsonFile(entry, pictureSidecarSchema);
      const albums = sidecar.albums.flatMap((id) => albumIds.get(id) ?? []);
      if (await takePicture(history, sidecar, albums, entries)) imported.added++;
      else imported.already++;
    } catch (thrown) {
      if (thrown instanceof EaselError && thrown.code === "quota_exceeded") throw thrown;
      imported.damaged.push(entry.path);
    }
    onPicture(index + 1, sidecars.length);
  }
  return imported;
}

async function readAbout(entries: ReadonlyMap<string, ZipEntry>): Promise<HistoryExport> {
  const entry = entries.get("easel.json");
  try {
    if (entry !== undefined) return await readJsonFile(entry, historyExportSchema);
  } catch {
    // Told below: a zip with another easel.json is as little an export as one without.
  }
  throw new EaselError("unsupported_media", "This zip is no export of Easel's history.", {
    hint: "Choose a zip that Export made: it holds easel.json and a folder of pictures.",
  });
}

/** An album of the same name is the same album. @returns the ids here, by the ids of the zip */
async function takeAlbums(history: History, { albums }: HistoryExport): Promise<Map<string, string>> {
  const here = await history.albums();
  const ids = new Map<string, string>();
  for (const { id, name } of albums) {
    const same = here.find((album) => album.name === name) ?? (await history.makeAlbum(name));
    ids.set(id, same.id);
  }
  return ids;
}

/** @returns whether it was new */
async function takePicture(
  history: History,
  sidecar: PictureSidecar,
  albumIds: string[],
  entries: ReadonlyMap<string, ZipEntry>,
): Promise<boolean> {
  const known = await history.job(sidecar.id);
  if (known !== undefined && known.status === "succeeded") {
    if (known.deletedAt !== null) await history.restore([known.id]);
    if (sidecar.starred) await history.star([known.id], true);
    for (const id of albumIds) await history.putInAlbum(id, [known.id]);
    return false;
  }
  const entry = entries.get(`pictures/${sidecar.file}`);
  if (entry === undefined) throw new Error(`${sidecar.file} is missing.`);
  // A copy: the zip is a file that its user may move or delete.
  const png = new Blob([await (await entry.open()).arrayBuffer()], { type: "image/png" });
  const job = jobOf(sidecar, albumIds);
  await history.finish(job, png, await readInputs(job.request, entries));
  return true;
}

/** What the picture was drawn from; an input that is missing or is not what its name says is left out. */
async function readInputs(
  { initImage, maskImage }: GenerationRequest,
  entries: ReadonlyMap<string, ZipEntry>,
): Promise<InputBlobs> {
  const read = async (hash: string | undefined): Promise<Blob | undefined> => {
    for (const type of UPLOAD_CONTENT_TYPES) {
      const entry = entries.get(`inputs/${hash}.${type.split("/")[1]}`);
      if (entry === undefined) continue;
      const blob = new Blob([await (await entry.open()).arrayBuffer()], { type });
      return (await hashOf(blob)) === hash ? blob : undefined;
    }
    return undefined;
  };
  const [init, mask] = [await read(initImage), await read(maskImage)];
  return { ...(init && { initImage: init }), ...(mask && { maskImage: mask }) };
}

function jobOf(sidecar: PictureSidecar, albumIds: string[]): Job {
  const { id, request, result, where, drawnBy, notices, starred, parent, grid } = sidecar;
  const createdAt = Date.parse(sidecar.createdAt);
  const base = newJob(id, request, where);
  return {
    ...base,
    status: "succeeded",
    createdAt,
    result,
    drawnBy,
    notices,
    starred,
    albumIds,
    parentId: parent ?? null,
    ...(grid && { grid }),
  };
}

async function readJsonFile<Schema extends z.ZodType>(
  entry: ZipEntry,
  schema: Schema,
): Promise<Camel<z.infer<Schema>>> {
  if (entry.size > LARGEST_JSON) throw new Error(`${entry.path} is too large.`);
  const value: unknown = JSON.parse(await (await entry.open()).text());
  return toCamel(schema.parse(value));
}
