import { liveQuery, type Observable } from "dexie";
import { EaselError } from "../contracts/errors.ts";
import type { Share } from "../contracts/share.ts";
import { openHistory, type HistoryDatabase, type Job, type Picture } from "./database.ts";
import { heldJobs } from "./job-locks.ts";
import { makeThumbnail } from "./thumbnail.ts";

/** A job and, where it has one, its picture's small copy: what the wall shows. */
export interface HistoryEntry {
  job: Job;
  thumbnail: Blob | null;
}

/** Every picture asked for in this browser, newest first. Nothing here leaves the device. */
export class History {
  readonly #database: HistoryDatabase;

  constructor(database: HistoryDatabase = openHistory()) {
    this.#database = database;
  }

  /** The newest `limit` entries, told anew after each change, also by another tab. */
  watch(limit: number): Observable<HistoryEntry[]> {
    return liveQuery(() => this.list(limit));
  }

  async list(limit: number): Promise<HistoryEntry[]> {
    const jobs = await this.#database.jobs
      .orderBy("createdAt")
      .reverse()
      .filter((job) => job.deletedAt === null)
      .limit(limit)
      .toArray();
    const pictures = await this.#database.pictures.bulkGet(jobs.map((job) => job.id));
    return jobs.map((job, index) => ({ job, thumbnail: pictures[index]?.thumbnail ?? null }));
  }

  async job(id: string): Promise<Job | undefined> {
    return await this.#database.jobs.get(id);
  }

  async picture(id: string): Promise<Picture | undefined> {
    return await this.#database.pictures.get(id);
  }

  /** Records a job that begins, or how one without a picture ended. @throws EaselError `quota_exceeded`. */
  async record(job: Job): Promise<void> {
    await orQuota(this.#database.jobs.put(job));
  }

  /** Keeps the picture and its job, both or neither. @throws EaselError `quota_exceeded` where the disk is full. */
  async finish(job: Job, png: Blob): Promise<void> {
    const thumbnail = await makeThumbnail(png);
    // Asked for with the first picture that is worth keeping: Firefox asks its user, who should see why.
    if ("storage" in navigator) void navigator.storage.persist();
    const { jobs, pictures } = this.#database;
    await orQuota(
      this.#database.transaction("rw", jobs, pictures, async () => {
        await pictures.put({ jobId: job.id, png, thumbnail });
        await jobs.put(job);
      }),
    );
  }

  /** Running jobs that no tab holds were interrupted (R27). */
  async markInterrupted(): Promise<void> {
    const held = await heldJobs();
    await this.#database.jobs
      .where("status")
      .equals("running")
      .filter((job) => !held.has(job.id))
      .modify({ status: "interrupted" });
  }

  /** On start: what was deleted in an earlier visit goes. @returns those jobs, for whoever must tell the server. */
  async sweepDeleted(): Promise<Job[]> {
    const deleted = await this.#database.jobs.filter((job) => job.deletedAt !== null).toArray();
    for (const job of deleted) await this.sweep(job.id);
    return deleted;
  }

  /** Takes it off the wall; {@link restore} brings it back until {@link sweep}. */
  async delete(id: string): Promise<void> {
    await this.#database.jobs.update(id, { deletedAt: Date.now() });
  }

  async restore(id: string): Promise<void> {
    await this.#database.jobs.update(id, { deletedAt: null });
  }

  /** Removes a deleted job and its picture for good; one that was restored meanwhile stays. */
  async sweep(id: string): Promise<Job | null> {
    const { jobs, pictures } = this.#database;
    return await this.#database.transaction("rw", jobs, pictures, async () => {
      const job = await jobs.get(id);
      if (job === undefined || job.deletedAt === null) return null;
      await jobs.delete(id);
      await pictures.delete(id);
      return job;
    });
  }

  async setShares(id: string, shares: Share[]): Promise<void> {
    await orQuota(this.#database.jobs.update(id, { shares }));
  }
}

/** The browser's word for a full disk, in ours. Dexie wraps it, also inside an aborted transaction. */
async function orQuota<Value>(write: PromiseLike<Value>): Promise<Value> {
  try {
    return await write;
  } catch (thrown) {
    if (!isQuota(thrown)) throw thrown;
    throw new EaselError("quota_exceeded", "There is no room left on this device for the picture.", {
      hint: "Download it now, or delete some pictures and save it again. Everything kept so far is still there.",
      cause: thrown,
    });
  }
}

function isQuota(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const inner: unknown = "inner" in thrown ? thrown.inner : undefined;
  return thrown.name === "QuotaExceededError" || (inner !== thrown && isQuota(inner));
}
