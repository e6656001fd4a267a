import { proxy } from "comlink";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Fault } from "../../e2e/hub/faults.ts";
import type { Whereabouts } from "../contracts/library-worker.ts";
import type { WantedModel } from "../contracts/wanted-model.ts";
import {
  answered,
  cutHeld,
  emptyStore,
  failNext,
  generatedModel,
  LibraryTab,
  partNames,
  resetHub,
  verifiedFiles,
} from "./tests/library-tab.ts";

const SIZE = 400_000;
const CHUNK = 64 * 1024;
const ID = "test/model";
const HELD = 200_000;
const ignore = (): void => undefined;

let tabs: LibraryTab[];

async function openTab(options: Parameters<typeof LibraryTab.open>[0] = {}): Promise<LibraryTab> {
  const tab = await LibraryTab.open(options);
  tabs.push(tab);
  return tab;
}

beforeEach(async () => {
  tabs = [];
  await emptyStore();
  await resetHub();
});

afterEach(() => {
  for (const tab of tabs) tab.kill();
});

/** One file of SIZE bytes whose hash is published, unless said otherwise. */
function oneFile(published = true): Promise<WantedModel> {
  return generatedModel(ID, [{ seed: 1, size: SIZE, published }]);
}

async function fetchWith(faults: readonly Fault[], published = true): Promise<Whereabouts> {
  const wanted = await oneFile(published);
  await failNext(wanted.files[0]!, ...faults);
  const tab = await openTab();
  await tab.api.want(wanted);
  return tab.settled(ID);
}

const INSTALLED = { place: "installed", manifest: { id: ID } };

function failed(code: string, words: RegExp): object {
  const message = expect.stringMatching(words) as unknown;
  return { place: "wanted", wanted: { state: "failed", error: { code, message } } };
}

test.each<[string, Fault[]]>([
  ["nothing", []],
  [
    "a connection that is cut, and cut again",
    [
      { kind: "cut", after: 100_000 },
      { kind: "cut", after: 1 },
    ],
  ],
  [
    "500, 429 and 503",
    [
      { kind: "status", status: 500 },
      { kind: "status", status: 429 },
      { kind: "status", status: 503 },
    ],
  ],
  ["a redirect to another host", [{ kind: "redirect" }]],
  ["a server without ranges", [{ kind: "cut", after: 150_000 }, { kind: "no_ranges" }]],
  ["a slow drip", [{ kind: "drip", bytes: 20_000, milliseconds: 20 }]],
])("through %s a file arrives whole, without a preflight", async (_, faults) => {
  expect(await fetchWith(faults)).toMatchObject(INSTALLED);
  expect(await verifiedFiles()).toHaveLength(1);
  expect(await partNames()).toEqual([]);
  expect((await answered()).filter(({ method }) => method !== "GET")).toEqual([]);
});

test.each<[string, Fault[], string, RegExp]>([
  ["altered by one bit", [{ kind: "alter" }], "model_corrupt", /should be SHA-256/],
  ["of another length", [{ kind: "length", change: -1000 }], "model_corrupt", /400000 bytes, but is 399000/],
  [
    "longer than it says",
    [{ kind: "silent_length", change: 1000 }],
    "model_corrupt",
    /400000 bytes, but is more/,
  ],
  ["cut short, as if whole", [{ kind: "silent_length", change: -1000 }], "model_corrupt", /399000 bytes and/],
  ["that is a page", [{ kind: "page", typed: true }], "model_corrupt", /a page \(text\/html/],
  ["that is a page and hides it", [{ kind: "page", typed: false }], "model_corrupt", /<!doctype html>/],
  ["that is not there", [{ kind: "status", status: 404 }], "download_failed", /404/],
  ["that needs an account", [{ kind: "status", status: 401 }], "forbidden", /401/],
  [
    "that can't be had four times",
    Array.from({ length: 4 }, () => ({ kind: "status", status: 503 }) as const),
    "download_failed",
    /503/,
  ],
])(
  "R26 a file %s is refused, nothing of it counts, and the next try gets it",
  async (_, faults, code, words) => {
    expect(await fetchWith(faults)).toMatchObject(failed(code, words));
    expect(await verifiedFiles()).toEqual([]);
    await tabs[0]!.api.resume(ID);
    expect(await tabs[0]!.settled(ID)).toMatchObject(INSTALLED);
    expect(await verifiedFiles()).toHaveLength(1);
  },
);

/** The hub sends 200,000 bytes and then nothing more: a moment to interrupt. */
async function heldModel(published = true): Promise<WantedModel> {
  const wanted = await oneFile(published);
  await failNext(wanted.files[0]!, { kind: "hold", after: HELD });
  return wanted;
}

test("what came before a cut is not fetched again", async () => {
  const tab = await openTab();
  await tab.api.want(await heldModel());
  await tab.reached(ID, HELD);
  await cutHeld();
  expect(await tab.settled(ID)).toMatchObject(INSTALLED);
  expect((await answered()).map(({ start }) => start)).toEqual([0, HELD]);
  expect(await verifiedFiles()).toHaveLength(1);
});

test("a file that changes on the way begins anew and is never a mixture", async () => {
  const wanted = await oneFile(false);
  await failNext(wanted.files[0]!, { kind: "hold", after: HELD }, { kind: "change" });
  const tab = await openTab();
  await tab.api.want(wanted);
  await tab.reached(ID, HELD);
  await cutHeld();
  expect(await tab.settled(ID)).toMatchObject(INSTALLED);
  // The rest of the new file was offered, and refused by its ETag.
  expect((await answered()).map(({ start }) => start)).toEqual([0, HELD, 0]);
  expect(await verifiedFiles()).toHaveLength(1);
});

test("of two files with published hashes the one that changed is refused by its hash", async () => {
  const state = await fetchWith([{ kind: "change" }]);
  expect(state).toMatchObject(failed("model_corrupt", /should be SHA-256/));
});

test("Retry-After is waited for", async () => {
  expect(await fetchWith([{ kind: "status", status: 429, retryAfterSeconds: 1 }])).toMatchObject(INSTALLED);
  const [first, second] = await answered();
  // Chromium's timers may fire a millisecond early.
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(999);
});

test("a connection on which nothing comes is made anew", async () => {
  const tab = await openTab({ silence: 1_000 });
  await tab.api.want(await heldModel());
  expect(await tab.settled(ID)).toMatchObject(INSTALLED);
  const [first, ...more] = await answered();
  expect(first).toMatchObject({ start: 0, sent: HELD });
  expect(more.at(-1)).toMatchObject({ sent: SIZE - more.at(-1)!.start });
});

test("a hash that nobody published is found, recorded, and part of the model's digest", async () => {
  const state = await fetchWith([], false);
  expect(state).toMatchObject(INSTALLED);
  const [sha256] = await verifiedFiles();
  expect(state.place === "installed" && state.manifest.files[0]).toMatchObject({ sha256, size: SIZE });
});

test("a killed tab's download goes on in the next one, at most a chunk of it again", async () => {
  const first = await openTab();
  await first.api.want(await heldModel());
  await first.reached(ID, HELD);
  first.kill();
  const second = await openTab();
  expect(await second.settled(ID)).toMatchObject(INSTALLED);
  const [before, after] = await answered();
  expect(before!.sent - after!.start).toBeLessThanOrEqual(CHUNK);
  expect(await verifiedFiles()).toHaveLength(1);
});

test("two tabs make one downloader, and when it is closed the other goes on", async () => {
  const [first, second] = [await openTab(), await openTab()];
  await second.api.want(await heldModel());
  // The progress of the one that downloads is heard in both.
  await Promise.all([first.reached(ID, HELD), second.reached(ID, HELD)]);
  expect(await answered()).toHaveLength(1);
  first.kill();
  expect(await second.settled(ID)).toMatchObject(INSTALLED);
  expect(await answered()).toHaveLength(2);
});

test("pause stops from any tab and keeps every byte, resume goes on, cancel drops them", async () => {
  const [first, second] = [await openTab(), await openTab()];
  const wanted = await heldModel();
  await first.api.want(wanted);
  await first.reached(ID, HELD);
  await second.api.pause(ID);
  expect(await first.settled(ID)).toMatchObject({ wanted: { state: "paused" } });
  // The bytes are kept once the connection has been let go.
  await expect.poll(partNames).toHaveLength(2);
  await failNext(wanted.files[0]!, { kind: "hold", after: 50_000 });
  await first.api.resume(ID);
  await first.reached(ID, HELD + 50_000);
  expect((await answered()).map(({ start }) => start)).toEqual([0, HELD]);
  await second.api.cancel(ID);
  expect(await first.settled(ID)).toEqual({ place: "absent" });
  await expect.poll(partNames).toEqual([]);
  expect(await verifiedFiles()).toEqual([]);
});

test("a model that needs more room than there is is refused before its first byte", async () => {
  const wanted = await generatedModel(ID, [{ seed: 1, size: 1, published: false }]);
  wanted.files[0]!.size = 1e15;
  const tab = await openTab();
  expect(await tab.api.want(wanted)).toMatchObject({
    ok: false,
    failure: { code: "quota_exceeded", message: expect.stringContaining("1000000000 MB") as unknown },
  });
  expect(await answered()).toEqual([]);
});

test("files that two models share are fetched once and stay while one of them does", async () => {
  const shared = { seed: 1, size: SIZE, published: true };
  const tab = await openTab();
  await tab.api.want(await generatedModel("a/one", [shared, { ...shared, seed: 2 }]));
  await tab.settled("a/one");
  await tab.api.want(await generatedModel("a/two", [shared]));
  await tab.settled("a/two");
  expect(await answered()).toHaveLength(2);
  await tab.api.remove("a/one");
  expect(await verifiedFiles()).toHaveLength(1);
  expect(await tab.whereabouts("a/two")).toMatchObject({ place: "installed" });
});

test("R26 verify finds an altered file, takes it away, and the model is not installed any more", async () => {
  const tab = await openTab();
  await tab.api.want(await oneFile());
  await tab.settled(ID);
  expect(await tab.api.verify(ID, proxy(ignore))).toEqual({ ok: true, value: [] });
  const root = await navigator.storage.getDirectory();
  const files = await (await root.getDirectoryHandle("models")).getDirectoryHandle("files");
  const [name] = await verifiedFiles();
  const stream = await (await files.getFileHandle(name!)).createWritable({ keepExistingData: true });
  await stream.write({ type: "write", position: 10, data: new Uint8Array([1, 2, 3]) });
  await stream.close();
  expect(await tab.api.verify(ID, proxy(ignore))).toEqual({ ok: true, value: ["file-0.bin"] });
  expect(await tab.whereabouts(ID)).toMatchObject({
    place: "damaged",
    damaged: { manifest: { id: ID }, missing: [{ path: "file-0.bin" }] },
  });
});

test("the token goes to the hub and not to where it redirects", async () => {
  const wanted = await oneFile();
  await failNext(wanted.files[0]!, { kind: "redirect" });
  const tab = await openTab({ token: "hf_secret" });
  await tab.api.want(wanted);
  expect(await tab.settled(ID)).toMatchObject(INSTALLED);
  const gets = (await answered()).filter(({ method }) => method === "GET");
  expect(gets.map(({ authorization }) => authorization)).toEqual(["Bearer hf_secret", null]);
});
