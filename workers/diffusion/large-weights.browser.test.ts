import { expect, inject, test } from "vitest";
import { createWebRuntime } from "./web-runtime.ts";

/** models/tiny/large-weights: a row of each table, added up; the tables are made here (models/lab, `lab.tiny_large`). */
const FULL = inject("soak");
const { graph: GRAPH, tables: TABLES } = FULL
  ? { graph: "model-2gb.onnx", tables: 120 }
  : { graph: "model-400mb.onnx", tables: 24 };
const ROWS = 4096;
const WIDTH = 1024;

/** What JavaScript may hold more than before while weights of any size are loaded. */
const MOST_GROWTH = 200e6;

type Measuring = Performance & { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };

/** Bytes of JavaScript and its ArrayBuffers; a memory that WebAssembly's threads share does not count. */
async function memory(): Promise<number> {
  return (await (performance as Measuring).measureUserAgentSpecificMemory()).bytes;
}

/** float32 [TABLES, ROWS, WIDTH] in this origin's files: row r of table t begins with t + r. */
async function makeWeights(): Promise<File> {
  const folder = await navigator.storage.getDirectory();
  const handle = await folder.getFileHandle("large-weights", { create: true });
  const stream = await handle.createWritable();
  const table = new Float32Array(ROWS * WIDTH);
  for (let which = 0; which < TABLES; which++) {
    for (let row = 0; row < ROWS; row++) table[row * WIDTH] = which + row;
    await stream.write(table);
  }
  await stream.close();
  return handle.getFile();
}

/** The most that was held while `work` went on. */
async function peakDuring(work: () => Promise<void>): Promise<number> {
  let peak = 0;
  let done = false;
  const watching = (async () => {
    while (!done) peak = Math.max(peak, await memory());
  })();
  try {
    await work();
  } finally {
    done = true;
  }
  await watching;
  return peak;
}

test("weights of hundreds of megabytes are streamed from their file: JavaScript never holds them", async () => {
  const weights = await makeWeights();
  const graph = new Uint8Array(await (await fetch(`/models/tiny/large-weights/${GRAPH}`)).arrayBuffer());
  const runtime = createWebRuntime("wasm", "jspi");
  expect(runtime.takes).toBe("blobs");
  const before = await memory();
  let sum: ArrayLike<number | bigint> = [];
  const peak = await peakDuring(async () => {
    const session = await runtime.createSession(graph, [{ path: "weights.bin", data: weights }]);
    const outputs = await session.run({ index: { type: "int64", dims: [1], data: BigInt64Array.of(4095n) } });
    sum = outputs["sum"]!.data;
  });
  expect(sum[0]).toBe(TABLES * 4095 + (TABLES * (TABLES - 1)) / 2);
  console.log(
    `weights of ${Math.round(weights.size / 1e6)} MB: ${Math.round((peak - before) / 1e6)} MB more at most`,
  );
  expect(peak - before).toBeLessThan(MOST_GROWTH);
});
