import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { GenerationRequest } from "../contracts/request.ts";
import { newJob, openHistory, type HistoryDatabase, type Job } from "./database.ts";
import { History } from "./history.ts";
import { heldJobs, holdingJob } from "./job-locks.ts";

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

const ids = async () => (await history.list(50)).map(({ job }) => job.id);

describe("the history", () => {
  it("keeps a picture with its whole request and its very bytes across a reload", async () => {
    const png = await picture(128, 128);
    const job = await keep("a", { drawnBy: "WASM on this device. Because.", notices: ["one"] }, png);
    reload();
    const [entry] = await history.list(50);
    expect(entry?.job).toEqual(job);
    const kept = await history.picture("a");
    expect(new Uint8Array(await kept!.png.arrayBuffer())).toEqual(new Uint8Array(await png.arrayBuffer()));
  });

  it("hangs a large picture as a thumbnail of the same shape and colour", async () => {
    await keep("a", {}, await picture(1024, 512));
    const [entry] = await history.list(50);
    const bitmap = await createImageBitmap(entry!.thumbnail!);
    expect([bitmap.width, bitmap.height]).toEqual([320, 160]);
    const canvas = new OffscreenCanvas(320, 160);
    const context = canvas.getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    const [r, g, b] = context.getImageData(160, 80, 1, 1).data;
    expect(Math.abs(r! - 10) + Math.abs(g! - 120) + Math.abs(b! - 200)).toBeLessThan(24);
  });

  it("shows the newest first, a limited number, and tells its watchers of each change", async () => {
    const told: string[][] = [];
    const subscription = history
      .watch(2)
      .subscribe((entries) => void told.push(entries.map((e) => e.job.id)));
    await keep("old", { createdAt: 1 });
    await keep("new", { createdAt: 3 });
    await keep("middle", { createdAt: 2 });
    await expect.poll(() => told.at(-1)).toEqual(["new", "middle"]);
    subscription.unsubscribe();
  });

  it("brings a deleted picture back until it is swept, and then has nothing of it", async () => {
    await keep("a");
    await history.delete("a");
    expect(await ids()).toEqual([]);
    await history.restore("a");
    expect(await ids()).toEqual(["a"]);
    expect(await history.sweep("a")).toBeNull();
    expect(await ids()).toEqual(["a"]);
    await history.delete("a");
    expect((await history.sweep("a"))?.id).toBe("a");
    expect(await history.picture("a")).toBeUndefined();
    expect(await history.job("a")).toBeUndefined();
  });

  it("sweeps on the next start what was deleted in an earlier visit, and says what", async () => {
    await keep("a");
    await keep("b");
    await history.delete("a");
    reload();
    expect((await history.sweepDeleted()).map(({ id }) => id)).toEqual(["a"]);
    expect(await ids()).toEqual(["b"]);
  });

  it("R27: on start a running job that no tab holds is interrupted, one that is held runs on", async () => {
    await history.record(newJob("lost", request, "auto"));
    await history.record(newJob("held", request, "auto"));
    let letGo = () => {};
    const holding = holdingJob("held", () => new Promise<void>((resolve) => (letGo = resolve)));
    expect(await heldJobs()).toEqual(new Set(["held"]));
    reload();
    await history.markInterrupted();
    expect((await history.job("lost"))?.status).toBe("interrupted");
    expect((await history.job("lost"))?.request.seed).toBe(request.seed);
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
});
