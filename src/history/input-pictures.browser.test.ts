import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dexie } from "dexie";
import type { GenerationRequest } from "../contracts/request.ts";
import { readZip } from "../zip/read-zip.ts";
import { newJob, type HistoryDatabase, type Job } from "./database.ts";
import { exportHistory } from "./export-history.ts";
import { History } from "./history.ts";
import { importHistory } from "./import-history.ts";
import { hashOf } from "./input-pictures.ts";
import { newJobId } from "./job-id.ts";
import { openHistory } from "./open-history.ts";

const REQUEST: GenerationRequest = {
  prompt: "a cat",
  negativePrompt: "",
  promptSyntax: "a1111",
  model: "easel-mini",
  numSteps: 12,
  guidanceScale: 3,
  scheduler: "ddim",
  sigmas: "default",
  seed: 1,
  width: 128,
  height: 128,
};

const databases: HistoryDatabase[] = [];
let history: History;

function device(): History {
  const database = openHistory(`easel-inputs-test-${crypto.randomUUID()}`);
  databases.push(database);
  return new History(database);
}
beforeEach(() => (history = device()));
afterEach(async () => {
  for (const database of databases.splice(0)) await database.delete();
});

async function picture(colour: string, type = "image/png"): Promise<Blob> {
  const canvas = new OffscreenCanvas(16, 16);
  const context = canvas.getContext("2d")!;
  context.fillStyle = colour;
  context.fillRect(0, 0, 16, 16);
  return await canvas.convertToBlob({ type });
}

/** A finished job that started from this picture, and perhaps this mask. */
async function drawFrom(init: Blob, mask?: Blob, changes: Partial<Job> = {}): Promise<Job> {
  const initImage = await hashOf(init);
  const request = { ...REQUEST, initImage, ...(mask && { maskImage: await hashOf(mask) }), strength: 0.5 };
  const job: Job = { ...newJob(newJobId(), request, "auto"), ...changes };
  await history.record(job, { initImage: init, ...(mask && { maskImage: mask }) });
  await history.finish({ ...job, status: "succeeded" }, await picture("gold"));
  return (await history.job(job.id))!;
}

async function remove(...jobs: Job[]): Promise<void> {
  const ids = jobs.map(({ id }) => id);
  await history.delete(ids);
  await history.sweep(ids);
}

const stored = () => databases[0]!.inputs.count();
const bytes = async (blob: Blob | undefined) => new Uint8Array(await blob!.arrayBuffer());

describe("what pictures start from", () => {
  it("is kept once for all jobs that name it, and goes with the last of them", async () => {
    const [red, mask] = [await picture("red"), await picture("white")];
    const first = await drawFrom(red, mask);
    const second = await drawFrom(red);
    expect(await stored()).toBe(2);
    const inputs = await history.inputs.of(first.request);
    expect(await bytes(inputs.initImage)).toEqual(await bytes(red));
    expect(await bytes(inputs.maskImage)).toEqual(await bytes(mask));
    await remove(first);
    expect(await history.inputs.of(first.request)).toHaveProperty("initImage");
    expect(await history.inputs.get(first.request.maskImage!)).toBeUndefined();
    await history.delete([second.id]);
    expect(await stored(), "one that can be brought back keeps its picture").toBe(1);
    await history.sweep([second.id]);
    expect(await stored()).toBe(0);
  });

  it("goes with a job that is taken out of the queue", async () => {
    const red = await picture("red");
    const request = { ...REQUEST, initImage: await hashOf(red), strength: 0.5 };
    const [first, second] = [newJob(newJobId(), request, "auto"), newJob(newJobId(), request, "auto")];
    await history.record(first, { initImage: red });
    await history.record(second, { initImage: red });
    await history.forget([first.id]);
    expect(await stored(), "the other one starts from it").toBe(1);
    await history.forget([second.id]);
    expect(await stored()).toBe(0);
  });

  it("stays while the page holds it, and goes when it lets go and no job names it", async () => {
    const red = await picture("red");
    const hash = await history.inputs.hold(red);
    await remove(await drawFrom(red));
    expect(await bytes(await history.inputs.get(hash))).toEqual(await bytes(red));
    const job = await drawFrom(red);
    await history.inputs.letGo(hash);
    expect(await stored(), "a job names it").toBe(1);
    await remove(job);
    expect(await stored()).toBe(0);
  });

  it("leads from a picture to those that came of it, newest first, without the deleted ones", async () => {
    const red = await picture("red");
    const parent = await drawFrom(red);
    const older = await drawFrom(red, undefined, { parentId: parent.id, createdAt: 1 });
    const newer = await drawFrom(red, undefined, { parentId: parent.id, createdAt: 2 });
    const gone = await drawFrom(red, undefined, { parentId: parent.id, createdAt: 3 });
    await history.delete([gone.id]);
    expect((await history.childrenOf(parent.id)).map(({ id }) => id)).toEqual([newer.id, older.id]);
    expect(await history.childrenOf(older.id)).toEqual([]);
  });

  it("travels in an export, once, and is refused where it is not what its name says", async () => {
    const jpeg = await picture("red", "image/jpeg");
    const parent = await drawFrom(jpeg);
    const child = await drawFrom(jpeg, undefined, { parentId: parent.id });
    const zip = await new Response(exportHistory(history, [child, parent])).blob();
    const hash = await hashOf(jpeg);
    const paths = (await readZip(zip)).map(({ path }) => path);
    expect(paths.filter((path) => path.startsWith("inputs/"))).toEqual([`inputs/${hash}.jpeg`]);

    const there = device();
    await importHistory(there, zip);
    expect(await there.job(child.id)).toMatchObject({ parentId: parent.id, request: { initImage: hash } });
    const copy = await there.inputs.get(hash);
    expect([copy?.type, await bytes(copy)]).toEqual(["image/jpeg", await bytes(jpeg)]);

    const spoilt = new Uint8Array(await zip.arrayBuffer());
    const inside = new TextDecoder("latin1").decode(spoilt).indexOf("JFIF");
    spoilt[inside + 30]! ^= 255;
    const elsewhere = device();
    await importHistory(elsewhere, new Blob([spoilt]));
    expect(await elsewhere.job(child.id)).toMatchObject({ status: "succeeded" });
    expect(await elsewhere.inputs.get(hash)).toBeUndefined();
  });

  it("rows of an earlier version come from nowhere", async () => {
    const name = `easel-inputs-old-${crypto.randomUUID()}`;
    const old = new Dexie(name);
    old.version(3).stores({
      jobs: "id, createdAt, status, deletedAt, *albumIds",
      albums: "id",
      pictures: "jobId",
    });
    const { parentId, ...row } = newJob(newJobId(), REQUEST, "auto");
    await old.table("jobs").put(row);
    old.close();
    const database = openHistory(name);
    databases.push(database);
    expect(await new History(database).job(row.id)).toEqual({ ...row, parentId });
  });
});
