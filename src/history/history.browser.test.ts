import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { GenerationRequest } from "../contracts/request.ts";
import { Dexie } from "dexie";
import { newJob, type HistoryDatabase, type Job } from "./database.ts";
import { followJobs } from "./follow-jobs.ts";
import { History } from "./history.ts";
import { hashOf } from "./input-pictures.ts";
import { heldJobs, holdingJob } from "./job-locks.ts";
import { openHistory } from "./open-history.ts";

const request: GenerationRequest = {
  prompt: "蓝色背景上的一只猫",
  negativePrompt: "dog",
  promptSyntax: "a1111",
  model: "easel-mini",
  modelRevision: "abc",
  numSteps: 12,
  guidanceScale: 3,
  scheduler: "ddim",
  sigmas: "default",
  seed: 4294967295,
  width: 128,
  height: 128,
};

let name: string;
let database: HistoryDatabase;
let history: History;

beforeEach(() => {
  name = `easel-history-test-${crypto.randomUUID()}`;
  database = openHistory(name);
  history = new History(database);
});
afterEach(async () => {
  await database.delete();
});

/** A reload: nothing in memory survives, only the database. */
function reload(): void {
  database.close();
  database = openHistory(name);
  history = new History(database);
}

async function picture(width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no 2d context");
  context.fillStyle = "rgb(10 120 200)";
  context.fillRect(0, 0, width, height);
  return await canvas.convertToBlob();
}

async function keep(id: string, changes: Partial<Job> = {}, png?: Blob): Promise<Job> {
  const job: Job = { ...newJob(id, request, "auto"), status: "succeeded", ...changes };
  await history.finish(job, png ?? (await picture(128, 128)));
  return job;
}

const ids = async () => (await history.newest(50)).map(({ id }) => id);

describe("the history", () => {
  it("keeps a picture with its whole request and its very bytes across a reload", async () => {
    const png = await picture(128, 128);
    const job = await keep("a", { drawnBy: "WASM on this device. Because.", notices: ["one"] }, png);
    reload();
    const [read] = await history.newest(50);
    expect(read).toEqual({ ...job, bytes: png.size });
    const kept = await history.picture("a");
    expect(new Uint8Array(await kept!.png.arrayBuffer())).toEqual(new Uint8Array(await png.arrayBuffer()));
  });

  it("hangs a large picture as a thumbnail of the same shape and colour", async () => {
    await keep("a", {}, await picture(1024, 512));
    const [thumbnail] = await history.thumbnails(["a"]);
    const bitmap = await createImageBitmap(thumbnail!);
    expect([bitmap.width, bitmap.height]).toEqual([320, 160]);
    const canvas = new OffscreenCanvas(320, 160);
    const context = canvas.getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    const [r, g, b] = context.getImageData(160, 80, 1, 1).data;
    expect(Math.abs(r! - 10) + Math.abs(g! - 120) + Math.abs(b! - 200)).toBeLessThan(24);
  });

  it("tells all jobs newest first, then each change, also one of another tab, and no deleted one", async () => {
    const told: string[][] = [];
    await keep("old", { createdAt: 1 });
    await keep("new", { createdAt: 3 });
    let complete = false;
    const stop = followJobs(
      history,
      (jobs, all) => {
        told.push(jobs.map(({ id }) => id));
        complete = all;
      },
      (thrown) => expect.fail(String(thrown)),
    );
    await expect.poll(() => complete).toBe(true);
    expect(told.at(-1)).toEqual(["new", "old"]);
    // Another tab has its own connection, and reaches this one by the browser alone.
    const other = new History(openHistory(name));
    await other.record({ ...newJob("middle", request, "auto"), createdAt: 2 });
    await expect.poll(() => told.at(-1)).toEqual(["new", "middle", "old"]);
    await other.delete(["new"]);
    await expect.poll(() => told.at(-1)).toEqual(["middle", "old"]);
    await history.restore(["new"]);
    await expect.poll(() => told.at(-1)).toEqual(["new", "middle", "old"]);
    stop();
  });

  it("tells a thousand jobs in parts: the newest at once, in the end all, with what changed meanwhile", async () => {
    const jobs = Array.from({ length: 1_000 }, (_, i) => ({
      ...newJob(`job-${i}`, request, "auto"),
      createdAt: i,
    }));
    await database.jobs.bulkPut(jobs);
    const counts: number[] = [];
    let last: Job[] = [];
    const stop = followJobs(
      history,
      (found) => {
        counts.push(found.length);
        last = found;
        if (counts.length === 1) void history.star(["job-3", "job-990"], true);
      },
      (thrown) => expect.fail(String(thrown)),
    );
    await expect.poll(() => last.filter(({ starred }) => starred).length).toBe(2);
    await expect.poll(() => last.length).toBe(1_000);
    expect(counts[0]).toBe(60);
    // Then 260, 660 and all, and once for what changed: each time the whole wall is made anew.
    expect(counts.length).toBe(5);
    expect(last.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id).reverse());
    stop();
  });

  it("keeps stars and albums: a picture may hang in several, an album goes and its pictures stay", async () => {
    await keep("a");
    await keep("b");
    const cats = await history.makeAlbum("猫");
    const best = await history.makeAlbum("Best");
    await history.star(["a"], true);
    await history.putInAlbum(cats.id, ["a", "b"]);
    await history.putInAlbum(cats.id, ["a"]);
    await history.putInAlbum(best.id, ["a"]);
    await history.renameAlbum(best.id, "Finest");
    reload();
    expect((await history.albums()).map(({ name }) => name)).toEqual(["Finest", "猫"]);
    expect(await history.job("a")).toMatchObject({ starred: true, albumIds: [cats.id, best.id] });
    await history.takeFromAlbum(cats.id, ["b"]);
    expect((await history.job("b"))?.albumIds).toEqual([]);
    await history.deleteAlbum(cats.id);
    expect((await history.job("a"))?.albumIds).toEqual([best.id]);
    expect((await ids()).sort()).toEqual(["a", "b"]);
  });

  it("rows of the schema's first version get what came later: no star, no album, their true size", async () => {
    const png = await picture(1024, 512);
    const old = new Dexie(`${name}-old`);
    old.version(1).stores({ jobs: "id, createdAt, status", pictures: "jobId" });
    const { starred: _s, albumIds: _a, bytes: _b, ...job } = newJob("a", request, "auto");
    await old.table("jobs").put(job);
    await old.table("pictures").put({ jobId: "a", png, thumbnail: new Blob(["12345"]) });
    old.close();
    const renewed = openHistory(`${name}-old`);
    expect(await renewed.jobs.get("a")).toEqual({
      ...job,
      starred: false,
      albumIds: [],
      parentId: null,
      bytes: png.size + 5,
    });
    await renewed.delete();
  });

  it("keeps pictures, and what they start from, where the browser's database takes no Blobs", async () => {
    type Write = (this: IDBObjectStore, value: object, key?: IDBValidKey) => IDBRequest;
    const { add, put } = IDBObjectStore.prototype as unknown as Readonly<Record<"add" | "put", Write>>;
    const refusing = (write: Write): Write =>
      function (value, key) {
        if (Object.values(value).some((field) => field instanceof Blob))
          throw new DOMException(
            "Error preparing Blob/File data to be stored in object store",
            "UnknownError",
          );
        return key === undefined ? write.call(this, value) : write.call(this, value, key);
      };
    Object.assign(IDBObjectStore.prototype, { add: refusing(add), put: refusing(put) });
    const [png, start] = [await picture(640, 320), await picture(64, 64)];
    try {
      const hash = await history.inputs.hold(start);
      await history.finish({ ...newJob("a", { ...request, initImage: hash }, "auto") }, png, {
        initImage: start,
      });
      reload();
      const kept = await history.picture("a");
      expect(kept?.png.type).toBe("image/png");
      expect(new Uint8Array(await kept!.png.arrayBuffer())).toEqual(new Uint8Array(await png.arrayBuffer()));
      expect((await createImageBitmap((await history.thumbnails(["a"]))[0]!)).width).toBe(320);
      const input = await history.inputs.get(hash);
      expect(await hashOf(input!)).toBe(hash);
    } finally {
      Object.assign(IDBObjectStore.prototype, { add, put });
    }
  });

  it("brings a deleted picture back until it is swept, and then has nothing of it", async () => {
    await keep("a");
    await history.delete(["a"]);
    expect(await ids()).toEqual([]);
    await history.restore(["a"]);
    expect(await ids()).toEqual(["a"]);
    expect(await history.sweep(["a"])).toEqual([]);
    expect(await ids()).toEqual(["a"]);
    await history.delete(["a"]);
    expect((await history.sweep(["a"])).map(({ id }) => id)).toEqual(["a"]);
    expect(await history.picture("a")).toBeUndefined();
    expect(await history.job("a")).toBeUndefined();
  });

  it("sweeps on the next start what was deleted in an earlier visit, and says what", async () => {
    await keep("a");
    await keep("b");
    await history.delete(["a"]);
    reload();
    expect((await history.sweepDeleted()).map(({ id }) => id)).toEqual(["a"]);
    expect(await ids()).toEqual(["b"]);
  });

  it("R27: on start a running or waiting job that no tab holds is interrupted, one that is held runs on", async () => {
    await history.record(newJob("lost", request, "auto"));
    await history.record({ ...newJob("waiting", request, "auto"), status: "queued" });
    await history.record(newJob("held", request, "auto"));
    let letGo = () => {};
    const holding = holdingJob("held", () => new Promise<void>((resolve) => (letGo = resolve)));
    expect(await heldJobs()).toEqual(new Set(["held"]));
    reload();
    await history.markInterrupted();
    expect((await history.job("lost"))?.status).toBe("interrupted");
    expect((await history.job("lost"))?.request.seed).toBe(request.seed);
    expect((await history.job("waiting"))?.status).toBe("interrupted");
    expect((await history.job("held"))?.status).toBe("running");
    letGo();
    await holding;
    await history.markInterrupted();
    expect((await history.job("held"))?.status).toBe("interrupted");
  });

  it("a job held by one tab can't be drawn by another at the same time", async () => {
    await holdingJob("a", async () => {
      await expect(holdingJob("a", () => Promise.resolve())).rejects.toMatchObject({ code: "conflict" });
    });
  });

  it("R26: a full disk refuses the new picture with a clear word and leaves every earlier one whole", async () => {
    await keep("kept");
    await history.record(newJob("late", request, "auto"));
    // The database itself reports the full disk, in the middle of the transaction.
    database.pictures.hook("creating", () => {
      throw new DOMException("The disk is full.", "QuotaExceededError");
    });
    await expect(keep("late")).rejects.toMatchObject({
      code: "quota_exceeded",
      hint: expect.stringContaining("Download it now") as string,
    });
    reload();
    expect((await history.job("late"))?.status).toBe("running");
    expect(await history.picture("late")).toBeUndefined();
    expect((await history.picture("kept"))?.png.size).toBeGreaterThan(50);
  });

  it("tells the albums by name, and anew after each change, until it is asked to stop", async () => {
    const told: string[][] = [];
    const stop = history.watchAlbums(
      (albums) => told.push(albums.map((album) => album.name)),
      (thrown) => told.push([String(thrown)]),
    );
    await expect.poll(() => told.at(-1)).toEqual([]);
    const dogs = await history.makeAlbum("Dogs");
    await expect.poll(() => told.at(-1)).toEqual(["Dogs"]);
    await history.makeAlbum("Cats");
    await expect.poll(() => told.at(-1)).toEqual(["Cats", "Dogs"]);
    await history.deleteAlbum(dogs.id);
    await expect.poll(() => told.at(-1)).toEqual(["Cats"]);
    stop();
    await history.renameAlbum((await history.albums())[0]!.id, "Birds");
    expect(told.at(-1)).toEqual(["Cats"]);
  });
});
