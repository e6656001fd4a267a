import type { Dexie, EntityTable } from "dexie";
import type { Failure } from "../contracts/errors.ts";
import type { Grid } from "../contracts/grid.ts";
import type { GenerationResult } from "../contracts/progress.ts";
import type { GenerationRequest } from "../contracts/request.ts";
import type { UnsafeLabel } from "../contracts/safety.ts";
import type { Share } from "../contracts/share.ts";
import type { Sight } from "../contracts/sight.ts";
import type { TextCategory } from "../contracts/text-category.ts";

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
  /** What it is a grid of, where it is one: `request` is what its pictures share. */
  grid?: Grid;
  /** What its prompt is about, where that was looked for. */
  category?: TextCategory;
  /** Why the safety model calls its picture unsafe; null: it does not; absent: it has not looked. */
  unsafe?: UnsafeLabel | null;
  /** What its picture was seen to show, where it was looked at. */
  sight?: Sight;
  /**
   * Which easel-eyes looked at it ({@link EYES_VERSION}); absent: none that is known. With no `sight` beside it: its picture
   * could not be read.
   */
  seenBy?: string;
}

/** What is noted of a picture that was looked at. */
export type Seen = Pick<Job, "category" | "sight" | "seenBy">;

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

/** What the browser's database is called. */
export const HISTORY_NAME = "easel";

export type HistoryDatabase = Dexie & {
  jobs: EntityTable<Job, "id">;
  pictures: EntityTable<Picture, "jobId">;
  albums: EntityTable<Album, "id">;
  inputs: EntityTable<InputPicture, "hash">;
};

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
