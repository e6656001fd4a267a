/** A worker that keeps and loads a component of hundreds of megabytes as the library's and the diffusion worker do. */
import { expose } from "comlink";
import type { WantedFile, WantedModel } from "../../../src/contracts/wanted-model.ts";
import { ModelSessions } from "../../../src/core/runtime/model-sessions.ts";
import { FETCH_TERMS } from "../../../src/models/fetch-file.ts";
import { ModelStore } from "../../../src/models/model-store.ts";
import { nextTask } from "../next-task.ts";
import { createWebRuntime } from "../web-runtime.ts";

const ID = "test/large";
const ROWS = 4096;
const WIDTH = 1024;

/** The name that models/tiny/large-weights knows its tables by. */
const WEIGHTS = "unet/weights.bin";
const GRAPH = "unet/model.onnx";

async function keep(store: ModelStore, file: WantedFile, pieces: Iterable<Uint8Array<ArrayBuffer>>) {
  const part = await store.folder.openPart(file);
  for (const piece of pieces) {
    await nextTask();
    if (part.unkept + piece.byteLength > FETCH_TERMS.chunkBytes) await part.checkpoint();
    part.append(piece);
  }
  const sha256 = await part.digest();
  await store.keep(ID, file, sha256, () => part.takePlace(sha256));
}

/** float32 [tables, ROWS, WIDTH]: row r of table t begins with t + r. */
function* tablesOf(tables: number): Iterable<Uint8Array<ArrayBuffer>> {
  for (let which = 0; which < tables; which++) {
    const table = new Float32Array(ROWS * WIDTH);
    for (let row = 0; row < ROWS; row++) table[row * WIDTH] = which + row;
    yield new Uint8Array(table.buffer);
  }
}

function wanted(path: string, size: number): WantedFile {
  return { path, url: `/${path}`, size, sha256: null, gitOid: null, kept: null };
}

const api = {
  /**
   * Puts the graph and its tables, 16 MiB each, into the store as a download does.
   * @returns the weights' bytes
   */
  async install(graphUrl: string, tables: number): Promise<number> {
    const store = await ModelStore.open();
    const graph = new Uint8Array(await (await fetch(graphUrl)).arrayBuffer());
    const files = [wanted(GRAPH, graph.byteLength), wanted(WEIGHTS, tables * ROWS * WIDTH * 4)] as const;
    const model: WantedModel["model"] = {
      ...{ id: ID, name: ID, revision: "1", family: "sd", description: "", licence: { id: "none" } },
      defaults: { numSteps: 1, guidanceScale: 1, scheduler: "ddim", width: 64, height: 64 },
      sizes: [[64, 64]],
      graphs: [{ component: "unet", path: GRAPH, externalData: [WEIGHTS] }],
    };
    await store.changeWanted(ID, () => ({ model, files: [...files], state: "running", error: null }));
    await keep(store, files[0], [graph]);
    await keep(store, files[1], tablesOf(tables));
    await store.install(ID);
    return files[1].size;
  },

  /** Loads what was stored, verified, and runs it: the sum over all tables of one row's first number. */
  async sumOfRow(row: number): Promise<number> {
    const sessions = new ModelSessions(createWebRuntime("wasm", "jspi"));
    const session = await sessions.load(await (await ModelStore.open()).find(ID), "unet", () => undefined);
    const data = BigInt64Array.of(BigInt(row));
    const { sum } = await session.run({ index: { type: "int64", dims: [1], data } });
    return Number(sum?.data[0]);
  },

  remove: async (): Promise<void> => (await ModelStore.open()).remove(ID),
};
export type LargeWeightsApi = typeof api;

expose(api);
