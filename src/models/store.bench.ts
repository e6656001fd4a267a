/** bench/store.ts runs this in a worker: the same bytes into the store, into a bare file, and into a hash. */
import { createSHA256 } from "hash-wasm";
import type { StoreSample } from "../../bench/store-sample.ts";
import { OpfsFiles } from "./opfs-files.ts";
import { PartFile } from "./part-file.ts";
import { FETCH_TERMS } from "./fetch-file.ts";

/** What the network hands over at a time. */
const PIECE = 64 * 1024;

/** After so many bytes other tasks of the worker have their turn. */
const TURN = 1024 * 1024;
const { port1, port2 } = new MessageChannel();

function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(null);
  });
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function pieces(source: Uint8Array<ArrayBuffer>, size: number) {
  return (function* () {
    for (let at = 0; at < size; at += PIECE)
      yield source.slice(at % source.length, (at % source.length) + PIECE);
  })();
}

async function hash(source: Uint8Array<ArrayBuffer>, size: number): Promise<void> {
  const hasher = await createSHA256();
  for (const piece of pieces(source, size)) hasher.update(piece);
  hasher.digest();
}

async function write(source: Uint8Array<ArrayBuffer>, size: number): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle("bare", { create: true });
  const access = await handle.createSyncAccessHandle();
  let at = 0;
  for (const piece of pieces(source, size)) at += access.write(piece, { at });
  access.flush();
  access.close();
  await root.removeEntry("bare");
}

async function store(source: Uint8Array<ArrayBuffer>, size: number): Promise<void> {
  const folders = { parts: await OpfsFiles.open("parts"), files: await OpfsFiles.open("files") };
  const part = await PartFile.open(folders, "bench");
  for (const piece of pieces(source, size)) {
    // As between two pieces of the network, whoever has an answer for this worker gets a word in.
    if (part.offset % TURN === 0) await nextTask();
    if (part.unkept + piece.byteLength > FETCH_TERMS.chunkBytes) await part.checkpoint();
    part.append(piece);
    if (part.unmarked >= FETCH_TERMS.chunkBytes / 2) part.mark();
  }
  const sha256 = await part.digest();
  await part.takePlace(sha256);
  await folders.files.remove(sha256);
}

self.onmessage = async ({ data }: MessageEvent<{ bytes: number; rounds: number }>) => {
  const source = new Uint8Array(16 * 1024 * 1024);
  for (let at = 0; at < source.length; at += 65_536) crypto.getRandomValues(source.subarray(at, at + 65_536));
  const samples: StoreSample[] = [];
  for (let round = 0; round < data.rounds; round++) {
    samples.push({
      store: await seconds(() => store(source, data.bytes)),
      writing: await seconds(() => write(source, data.bytes)),
      hashing: await seconds(() => hash(source, data.bytes)),
    });
  }
  self.postMessage(samples);
};
