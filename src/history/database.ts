import { Dexie, type EntityTable } from "dexie";
import type { Failure } from "../contracts/errors.ts";
import type { GenerationResult } from "../contracts/progress.ts";
import type { GenerationRequest } from "../contracts/request.ts";
import type { Share } from "../contracts/share.ts";

export type JobStatus = "running" | "succeeded" | "failed" | "cancelled" | "interrupted";

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
}

/** The pixels of a succeeded job: apart, so that a list of jobs stays small. */
export interface Picture {
  jobId: string;
  png: Blob;
  /** WebP, its longer side at most THUMBNAIL_SIDE pixels. */
  thumbnail: Blob;
}

export type HistoryDatabase = Dexie & {
  jobs: EntityTable<Job, "id">;
  pictures: EntityTable<Picture, "jobId">;
};

/** The one home of the schema. A change is a new version beside the old one, never an edit of it. */
export function openHistory(name = "easel"): HistoryDatabase {
  const database = new Dexie(name) as HistoryDatabase;
  database.version(1).stores({
    jobs: "id, createdAt, status",
    pictures: "jobId",
  });
  return database;
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
  };
}
