import { makeZip } from "client-zip";
import { toSnake } from "../contracts/casing.ts";
import type { HistoryExport, PictureSidecar } from "../contracts/history-export.ts";
import type { Album, Job } from "./database.ts";
import { pictureFileName } from "./file-name.ts";
import type { History } from "./history.ts";

/**
 * A zip of the jobs' pictures, a JSON beside each, what they start from, and `easel.json`; written as it is read, a picture at a time.
 * Jobs without a picture are left out.
 */
export function exportHistory(history: History, jobs: readonly Job[]): ReadableStream<Uint8Array> {
  return makeZip(files(history, jobs), { buffersAreUTF8: true });
}

interface ZipFile {
  name: string;
  input: Blob | string;
  lastModified: Date;
}

async function* files(history: History, jobs: readonly Job[]): AsyncGenerator<ZipFile> {
  const wanted = new Set(jobs.flatMap(({ albumIds }) => albumIds));
  const albums = (await history.albums()).filter(({ id }) => wanted.has(id));
  const now = new Date();
  yield { name: "easel.json", input: json(describe(albums, now)), lastModified: now };
  const inputs = new Set<string>();
  for (const job of jobs) {
    const picture = job.status === "succeeded" ? await history.picture(job.id) : undefined;
    if (picture === undefined) continue;
    // Two pictures may share prompt and seed, never an id.
    const stem = `${pictureFileName(job.request.prompt, job.request.seed).slice(0, -4)}-${job.id.slice(0, 8)}`;
    const lastModified = new Date(job.createdAt);
    yield { name: `pictures/${stem}.png`, input: picture.png, lastModified };
    yield { name: `pictures/${stem}.json`, input: json(sidecarOf(job, `${stem}.png`)), lastModified };
    for (const hash of [job.request.initImage, job.request.maskImage]) {
      const input = hash === undefined || inputs.has(hash) ? undefined : await history.inputs.get(hash);
      if (input === undefined) continue;
      inputs.add(hash!);
      yield { name: `inputs/${hash}.${input.type.split("/")[1]}`, input, lastModified };
    }
  }
}

function describe(albums: readonly Album[], now: Date): HistoryExport {
  return {
    format: "easel-history",
    version: 1,
    exportedAt: now.toISOString(),
    albums: albums.map(({ id, name, createdAt }) => ({
      id,
      name,
      createdAt: new Date(createdAt).toISOString(),
    })),
  };
}

function sidecarOf(job: Job, file: string): PictureSidecar {
  const { id, request, result, where, drawnBy, notices, starred, albumIds, parentId, grid } = job;
  const createdAt = new Date(job.createdAt).toISOString();
  return {
    id,
    file,
    createdAt,
    request,
    result,
    where,
    drawnBy,
    notices,
    starred,
    albums: albumIds,
    parent: parentId,
    ...(grid && { grid }),
  };
}

function json(value: HistoryExport | PictureSidecar): string {
  return `${JSON.stringify(toSnake(value), null, 2)}\n`;
}
