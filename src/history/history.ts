import type { InputBlobs } from "../contracts/diffusion-worker.ts";
import type { Share } from "../contracts/share.ts";
import type { UnsafeLabel } from "../contracts/safety.ts";
import type { TextCategory } from "../contracts/text-category.ts";
import {
  bytesOf,
  HISTORY_NAME,
  type Album,
  type HistoryDatabase,
  type Job,
  type Picture,
  type Seen,
} from "./database.ts";
import { HistoryChanges } from "./history-changes.ts";
import { newJobId } from "./job-id.ts";
import { freeInputs, InputPictures, putInputs, storableInputs } from "./input-pictures.ts";
import { heldJobs } from "./job-locks.ts";
import { orQuota } from "./quota.ts";
import { storable } from "./stored-blob.ts";
import { makeThumbnail } from "./thumbnail.ts";

/** Every picture asked for in this browser. Nothing here leaves the device. */
export class History {
  /** What opens it is no part of the page's first JavaScript: it is fetched at once, and all here waits for it. */
  readonly #opened: Promise<HistoryDatabase>;
  readonly changes: HistoryChanges;
  /** The pictures that jobs start from. */
  readonly inputs: InputPictures;

  constructor(database?: HistoryDatabase) {
    this.#opened =
      database === undefined
        ? import("./open-history.ts").then(({ openHistory }) => openHistory())
        : Promise.resolve(database);
    // Each call says so by itself.
    this.#opened.catch(() => undefined);
    this.inputs = new InputPictures(this.#opened);
    this.changes = new HistoryChanges(database?.name ?? HISTORY_NAME);
  }

  /** The newest `limit` jobs, newest first. */
  async newest(limit: number): Promise<Job[]> {
    const { jobs } = await this.#opened;
    return await jobs
      .orderBy("createdAt")
      .reverse()
      .filter((job) => job.deletedAt === null)
      .limit(limit)
      .toArray();
  }

  /** All jobs' ids, newest first; those of deleted ones too, until they are swept. */
  async ids(): Promise<string[]> {
    // Backwards IndexedDB walks key by key; forwards it gives them all at once.
    const { jobs } = await this.#opened;
    return (await jobs.orderBy("createdAt").primaryKeys()).reverse();
  }

  async jobs(ids: readonly string[]): Promise<(Job | undefined)[]> {
    return await (await this.#opened).jobs.bulkGet([...ids]);
  }

  async job(id: string): Promise<Job | undefined> {
    return await (await this.#opened).jobs.get(id);
  }

  async picture(id: string): Promise<Picture | undefined> {
    return await (await this.#opened).pictures.get(id);
  }

  /** The small copies that hang on the wall; null where a job has no picture. */
  async thumbnails(ids: readonly string[]): Promise<(Blob | null)[]> {
    const pictures = await (await this.#opened).pictures.bulkGet([...ids]);
    return pictures.map((picture) => picture?.thumbnail ?? null);
  }

  /** What was drawn from a picture's pixels or seed, newest first; without those that were deleted. */
  async childrenOf(id: string): Promise<Job[]> {
    const children = await (await this.#opened).jobs.where("parentId").equals(id).toArray();
    return children.filter(({ deletedAt }) => deletedAt === null).sort((a, b) => b.createdAt - a.createdAt);
  }

  /**
   * Records a job that begins, or how one without a picture ended.
   * @param inputs the pictures that its request names; they are kept with it
   * @throws EaselError `quota_exceeded`
   */
  async record(job: Job, inputs: InputBlobs = {}): Promise<void> {
    const database = await this.#opened;
    const { jobs, inputs: table } = database;
    const kept = await storableInputs(database, inputs);
    await orQuota(
      database.transaction("rw", jobs, table, async () => {
        await putInputs(database, job.request, kept);
        await jobs.put(job);
      }),
    );
    this.changes.tell([job.id]);
  }

  /**
   * Keeps the picture, its job and what it started from, all or nothing.
   * @throws EaselError `quota_exceeded` where the disk is full
   */
  async finish(job: Job, png: Blob, inputs: InputBlobs = {}): Promise<void> {
    const picture: Picture = { jobId: job.id, png, thumbnail: await makeThumbnail(png) };
    // Asked for with the first picture that is worth keeping: Firefox asks its user, who should see why.
    if ("storage" in navigator) void navigator.storage.persist();
    const database = await this.#opened;
    const { jobs, pictures, inputs: table } = database;
    const kept = await storableInputs(database, inputs);
    const stored: Picture = {
      jobId: job.id,
      png: await storable(database, png),
      thumbnail: await storable(database, picture.thumbnail),
    };
    await orQuota(
      database.transaction("rw", jobs, pictures, table, async () => {
        await putInputs(database, job.request, kept);
        await pictures.put(stored);
        await jobs.put({ ...job, bytes: bytesOf(picture) });
      }),
    );
    this.changes.tell([job.id]);
  }

  /** Running and waiting jobs that no tab holds were interrupted (R27). */
  async markInterrupted(): Promise<void> {
    const held = await heldJobs();
    const { jobs } = await this.#opened;
    const unfinished = jobs.where("status").anyOf("queued", "running");
    const lost = await unfinished.filter((job) => !held.has(job.id)).primaryKeys();
    await this.#change(lost, { status: "interrupted" });
  }

  async star(ids: readonly string[], starred: boolean): Promise<void> {
    await this.#change(ids, { starred });
  }

  /** Jobs that were taken out of the queue before anything was drawn: as if they had never been asked for. */
  async forget(ids: readonly string[]): Promise<void> {
    const database = await this.#opened;
    const { jobs, inputs } = database;
    await database.transaction("rw", jobs, inputs, async () => {
      const found = await jobs.bulkGet([...ids]);
      await jobs.bulkDelete([...ids]);
      await freeInputs(
        database,
        found.filter((job) => job !== undefined),
      );
    });
    this.changes.tell(ids);
  }

  /** Takes them off the wall; {@link restore} brings them back until {@link sweep}. */
  async delete(ids: readonly string[]): Promise<void> {
    await this.#change(ids, { deletedAt: Date.now() });
  }

  async restore(ids: readonly string[]): Promise<void> {
    await this.#change(ids, { deletedAt: null });
  }

  /** Removes deleted jobs, their pictures and what no other job starts from for good; those restored meanwhile stay. @returns what went */
  async sweep(ids: readonly string[]): Promise<Job[]> {
    const database = await this.#opened;
    const { jobs, pictures, inputs } = database;
    const swept = await database.transaction("rw", jobs, pictures, inputs, async () => {
      const found = await jobs.bulkGet([...ids]);
      const deleted = found.filter((job) => job !== undefined && job.deletedAt !== null) as Job[];
      const keys = deleted.map(({ id }) => id);
      await jobs.bulkDelete(keys);
      await pictures.bulkDelete(keys);
      await freeInputs(database, deleted);
      return deleted;
    });
    this.changes.tell(swept.map(({ id }) => id));
    return swept;
  }

  /** On start: what was deleted in an earlier visit goes. @returns those jobs, for whoever must tell the server. */
  async sweepDeleted(): Promise<Job[]> {
    return await this.sweep(await (await this.#opened).jobs.where("deletedAt").above(0).primaryKeys());
  }

  async setCategory(id: string, category: TextCategory): Promise<void> {
    await this.#change([id], { category });
  }

  /** Notes what was seen, of each picture by its id. */
  async noteSeen(seen: Readonly<Record<string, Seen>>): Promise<void> {
    await this.#change(Object.keys(seen), (job) => Object.assign(job, seen[job.id]));
  }

  async setUnsafe(id: string, unsafe: UnsafeLabel | null): Promise<void> {
    await this.#change([id], { unsafe });
  }

  async setShares(id: string, shares: Share[]): Promise<void> {
    await this.#change([id], { shares });
  }

  /** Tells the albums, by name, and anew after each change, also by another tab. @returns how to stop */
  watchAlbums(tell: (albums: Album[]) => void, fail: (thrown: unknown) => void): () => void {
    let stopped = false;
    let stop = (): void => void (stopped = true);
    const watch = async () => {
      const { liveQuery } = await import("dexie");
      // Here, not in the query: what awaits anything but the database is not watched.
      const { albums } = await this.#opened;
      if (stopped) return;
      const watched = liveQuery(() => albums.toArray()).subscribe({
        next: (found) => tell(byName(found)),
        error: fail,
      });
      stop = () => watched.unsubscribe();
    };
    watch().catch(fail);
    return () => stop();
  }

  async albums(): Promise<Album[]> {
    return byName(await (await this.#opened).albums.toArray());
  }

  async makeAlbum(name: string): Promise<Album> {
    const album: Album = { id: newJobId(), name, createdAt: Date.now() };
    await orQuota((await this.#opened).albums.put(album));
    return album;
  }

  async renameAlbum(id: string, name: string): Promise<void> {
    await (await this.#opened).albums.update(id, { name });
  }

  /** The album goes, its pictures stay. */
  async deleteAlbum(id: string): Promise<void> {
    const ids = await (await this.#opened).jobs.where("albumIds").equals(id).primaryKeys();
    await this.takeFromAlbum(id, ids);
    await (await this.#opened).albums.delete(id);
  }

  async putInAlbum(albumId: string, ids: readonly string[]): Promise<void> {
    await this.#change(ids, (job) => {
      if (!job.albumIds.includes(albumId)) job.albumIds.push(albumId);
    });
  }

  async takeFromAlbum(albumId: string, ids: readonly string[]): Promise<void> {
    await this.#change(ids, (job) => {
      job.albumIds = job.albumIds.filter((other) => other !== albumId);
    });
  }

  async #change(ids: readonly string[], change: Partial<Job> | ((job: Job) => void)): Promise<void> {
    if (ids.length === 0) return;
    // Dexie has one signature for either; TypeScript wants to be told which.
    const { jobs: table } = await this.#opened;
    const jobs = table.where("id").anyOf([...ids]);
    await orQuota(typeof change === "function" ? jobs.modify(change) : jobs.modify(change));
    this.changes.tell(ids);
  }
}

function byName(albums: readonly Album[]): Album[] {
  return albums.toSorted((a, b) => a.name.localeCompare(b.name));
}
