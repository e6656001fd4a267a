import { afterEach, beforeEach, expect, it } from "vitest";
import type { Grid } from "../contracts/grid.ts";
import type { GenerationRequest } from "../contracts/request.ts";
import { readZip } from "../zip/read-zip.ts";
import { newJob, type HistoryDatabase, type Job } from "./database.ts";
import { exportHistory } from "./export-history.ts";
import { History } from "./history.ts";
import { importHistory } from "./import-history.ts";
import { newJobId } from "./job-id.ts";
import { openHistory } from "./open-history.ts";

const request: GenerationRequest = {
  prompt: "蓝色背景上的一只猫 / ../cat",
  negativePrompt: "dog",
  promptSyntax: "a1111",
  model: "easel-mini",
  modelRevision: "abc",
  numSteps: 12,
  guidanceScale: 3,
  scheduler: "dpmpp_2m",
  sigmas: "karras",
  seed: 4294967295,
  width: 128,
  height: 128,
  secondPass: { scale: 2, numSteps: 4, strength: 0.4 },
};

const databases: HistoryDatabase[] = [];
let here: History;
let there: History;

function device(): History {
  const database = openHistory(`easel-transfer-test-${crypto.randomUUID()}`);
  databases.push(database);
  return new History(database);
}
beforeEach(() => {
  here = device();
  there = device();
});
afterEach(async () => {
  for (const database of databases.splice(0)) await database.delete();
});

async function keep(history: History, changes: Partial<Job> = {}, colour = "red"): Promise<Job> {
  const canvas = new OffscreenCanvas(64, 64);
  const context = canvas.getContext("2d")!;
  context.fillStyle = colour;
  context.fillRect(0, 0, 64, 64);
  const job: Job = { ...newJob(newJobId(), request, "auto"), status: "succeeded", ...changes };
  await history.finish(job, await canvas.convertToBlob());
  return (await history.job(job.id))!;
}

const zipOf = (history: History, jobs: readonly Job[]) => new Response(exportHistory(history, jobs)).blob();
const bytesOf = async (history: History, id: string) =>
  new Uint8Array(await (await history.picture(id))!.png.arrayBuffer());

it("an export brings pictures, requests, stars and albums to another device, and a second time nothing", async () => {
  const album = await here.makeAlbum("Cats");
  const unused = await here.makeAlbum("Empty");
  const first = await keep(here, { starred: true, albumIds: [album.id], createdAt: 1_000, drawnBy: "WASM." });
  const grid: Grid = { x: { parameter: "steps", values: [5, 10] }, y: null, cells: [first.id, newJobId()] };
  const second = await keep(here, { createdAt: 2_000, notices: ["One notice."], grid }, "blue");
  const failed = { ...newJob(newJobId(), request, "auto"), status: "failed" as const };
  await here.record(failed);
  const zip = await zipOf(here, [second, first, failed]);

  expect(await importHistory(there, zip)).toEqual({ added: 2, already: 0, damaged: [] });
  const [copy] = await there.albums();
  expect([copy?.name, (await there.albums()).length, unused.name]).toEqual(["Cats", 1, "Empty"]);
  expect(await there.newest(9)).toEqual([second, { ...first, albumIds: [copy!.id] }]);
  expect(await bytesOf(there, first.id)).toEqual(await bytesOf(here, first.id));
  expect(await bytesOf(there, second.id)).not.toEqual(await bytesOf(here, first.id));

  expect(await importHistory(there, zip)).toEqual({ added: 0, already: 2, damaged: [] });
  expect(await importHistory(here, zip)).toEqual({ added: 0, already: 2, damaged: [] });
  expect([(await there.newest(9)).length, (await there.albums()).length, (await here.ids()).length]).toEqual([
    2, 1, 3,
  ]);
});

it("the way there and back keeps both devices' stars and albums, and brings back what was deleted", async () => {
  const job = await keep(here);
  await importHistory(there, await zipOf(here, [job]));
  const album = await there.makeAlbum("There");
  await there.putInAlbum(album.id, [job.id]);
  const mine = await here.makeAlbum("There");
  await here.star([job.id], true);
  await here.delete([job.id]);
  await importHistory(here, await zipOf(there, [(await there.job(job.id))!]));
  expect(await here.job(job.id)).toMatchObject({ starred: true, albumIds: [mine.id], deletedAt: null });
});

it("each picture has its JSON beside it, in the wire's words, with names safe on any system", async () => {
  const job = await keep(here, { shares: [], generatedImageId: "server-id" });
  const entries = await readZip(await zipOf(here, [job]));
  const stem = `蓝色背景上的一只猫-cat-4294967295-${job.id.slice(0, 8)}`;
  expect(entries.map(({ path }) => path)).toEqual([
    "easel.json",
    `pictures/${stem}.png`,
    `pictures/${stem}.json`,
  ]);
  const sidecar = JSON.parse(await (await entries[2]!.open()).text()) as Record<string, unknown>;
  expect(sidecar).toMatchObject({
    id: job.id,
    file: `${stem}.png`,
    request: {
      prompt: request.prompt,
      num_steps: 12,
      second_pass: { scale: 2, num_steps: 4, strength: 0.4 },
    },
  });
  expect(JSON.stringify(sidecar)).not.toContain("server-id");
});

it("writes the zip as it is read: pictures are asked for one at a time, none before it is needed", async () => {
  const jobs = [await keep(here), await keep(here), await keep(here)];
  let asked = 0;
  const picture = here.picture.bind(here);
  here.picture = (id) => {
    asked++;
    return picture(id);
  };
  const reader = exportHistory(here, jobs).getReader();
  await reader.read();
  expect(asked).toBeLessThan(2);
  await reader.cancel().catch(() => undefined);
});

it("a damaged picture and a broken JSON are said, and the others come", async () => {
  const jobs = [await keep(here), await keep(here, {}, "blue"), await keep(here, {}, "green")];
  const bytes = new Uint8Array(await (await zipOf(here, jobs)).arrayBuffer());
  const text = new TextDecoder("latin1").decode(bytes);
  // The first picture's signature, and the second sidecar's first quotation mark.
  bytes[text.indexOf("PNG\r\n")] = 0;
  bytes[text.indexOf('"id"', text.indexOf('"id"') + 4)] = 0;
  const imported = await importHistory(there, new Blob([bytes]));
  expect([imported.added, imported.damaged.length]).toEqual([1, 2]);
  expect((await there.newest(9)).map(({ id }) => id)).toEqual([jobs[2]!.id]);
});

it.each<[string, () => Blob | Promise<Blob>]>([
  ["no zip", () => new Blob(["hello"])],
  ["another program's zip", async () => new Response((await import("client-zip")).makeZip([])).blob()],
])("%s is refused with a word", async (_, zip) => {
  await expect(importHistory(there, await zip())).rejects.toMatchObject({ code: "unsupported_media" });
  expect(await there.ids()).toEqual([]);
});
