import { Dexie, type EntityTable, type Transaction } from "dexie";
import type { Failure } from "../contracts/errors.ts";
import type { GenerationResult } from "../contracts/progress.ts";
import type { GenerationRequest } from "../contracts/request.ts";
import type { Share } from "../contracts/share.ts";

export type JobStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled" | "interrupted";

/** One picture that was asked for: what was asked, where it was drawn and why there, how it ended. No pixels. */
export interface Job {
  /** UUID; also the Idempotency-Key on the server and part of the lock's name. */
  id: string;
  status: JobStatus;
  request: GenerationRequest;
  /** Milliseconds since 1970. */
  createdAt: number;
  where: string;
  /** The sentence shown beside the picture: which place drew it, and why. */
  drawnBy: string | null;
  notices: string[];
  result: GenerationResult | null;
  error: Failure | null;
  generatedImageId: string | null;
  shares: Share[];
  /** When it was deleted; it can be brought back until it is swept. */
  deletedAt: number | null;
  starred: boolean;
  albumIds: string[];
  /** The picture of the history that it came from: by its pixels, or by its seed. */
  parentId: string | null;
  /** What its picture takes on this device, thumbnail included; 0 without one. */
  bytes: number;
}

/** A named collection; a picture may hang in several. */
export interface Album {
  id: string;
  name: string;
  /** Milliseconds since 1970. */
  createdAt: number;
}

/** The pixels of a succeeded job: apart, so that a list of jobs stays small. */
export interface Picture {
  jobId: string;
  png: Blob;
  /** WebP, its longer side at most THUMBNAIL_SIDE pixels. */
  thumbnail: Blob;
}

/** A picture that requests start from, or a mask: kept once however many jobs name it by its hash. */
export interface InputPicture {
  /** SHA-256 of the file: what `initImage` and `maskImage` of a request in the history say. */
  hash: string;
  blob: Blob;
  /** The page holds it for the next picture, whether a job names it or not. */
  held: boolean;
}

export type HistoryDatabase = Dexie & {
  jobs: EntityTable<Job, "id">;
  pictures: EntityTable<Picture, "jobId">;
  albums: EntityTable<Album, "id">;
  inputs: EntityTable<InputPicture, "hash">;
};

/** The one home of the schema. A change is a new version beside the old one, never an edit of it. */
export function openHistory(name = "easel"): HistoryDatabase {
  const database = new Dexie(name) as HistoryDatabase;
  database.version(1).stores({
    jobs: "id, createdAt, status",
    pictures: "jobId",
  });
  database
    .version(3)
    .stores({ jobs: "id, createdAt, status, deletedAt, *albumIds", albums: "id" })
    .upgrade(fillIn);
  database
    .version(4)
    .stores({
      jobs: "id, createdAt, status, deletedAt, *albumIds, parentId, request.initImage, request.maskImage",
      inputs: "hash",
    })
    .upgrade(forgetOrigins);
  return database;
}

/** Until version 4 nothing was kept of where a picture came from. */
async function forgetOrigins(transaction: Transaction): Promise<void> {
  await transaction.table<Job>("jobs").toCollection().modify({ parentId: null });
}

/** Rows of version 1 know nothing of stars, albums and sizes. */
async function fillIn(transaction: Transaction): Promise<void> {
  const bytes = new Map<string, number>();
  await transaction.table<Picture>("pictures").each((picture) => {
    bytes.set(picture.jobId, bytesOf(picture));
  });
  await transaction
    .table<Job>("jobs")
    .toCollection()
    .modify((job) => {
      Object.assign(job, { starred: false, albumIds: [], bytes: bytes.get(job.id) ?? 0 });
    });
}

/** A picture that is small already is its own thumbnail, and counted once. */
export function bytesOf({ png, thumbnail }: Picture): number {
  return png.size + (thumbnail.size === png.size ? 0 : thumbnail.size);
}

/** A job at its beginning. */
export function newJob(id: string, request: GenerationRequest, where: string): Job {
  return {
    id,
    status: "running",
    request,
    where,
    createdAt: Date.now(),
    drawnBy: null,
    notices: [],
    result: null,
    error: null,
    generatedImageId: null,
    shares: [],
    deletedAt: null,
    starred: false,
    albumIds: [],
    parentId: null,
    bytes: 0,
  };
}
