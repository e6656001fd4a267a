import { wrap } from "comlink";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import type { LargeWeightsApi } from "./tests/large-weights-worker.ts";

/** models/tiny/large-weights: a row of each table, added up; the tables are made here (models/lab, `lab.tiny_large`). */
const FULL = inject("soak");
const { graph: GRAPH, tables: TABLES } = FULL
  ? { graph: "model-2gb.onnx", tables: 120 }
  : { graph: "model-235mb.onnx", tables: 14 };

/** What JavaScript may hold more than before while weights of any size are loaded. */
const MOST_GROWTH = 200e6;

type Measuring = Performance & { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };

/**
 * Bytes of JavaScript and its ArrayBuffers in this page and its workers; a memory that WebAssembly's threads share does
 * not count.
 */
async function memory(): Promise<number> {
  return (await (performance as Measuring).measureUserAgentSpecificMemory()).bytes;
}

/** Milliseconds between two looks: each collects all garbage first, and holds everything up meanwhile. */
const BETWEEN_LOOKS = 200;

/**
 * The most that was held while `work` went on. A look that is still under way then is not waited for: the runtime's
 * threads sleep without answering it, and it is given up after a minute.
 */
async function peakDuring(work: () => Promise<void>): Promise<number> {
  let peak = 0;
  let done = false;
  const look = async () => {
    while (!done) {
      const bytes = await memory();
      if (!done) peak = Math.max(peak, bytes);
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS));
    }
  };
  const looking = look();
  await Promise.race([work(), looking]);
  done = true;
  return peak;
}

let worker: Worker;

beforeEach(() => {
  worker = new Worker(new URL("./tests/large-weights-worker.ts", import.meta.url), { type: "module" });
});
afterEach(async () => {
  await wrap<LargeWeightsApi>(worker).remove();
  worker.terminate();
});

test("a component of hundreds of megabytes goes from the store to the runtime in a worker: JavaScript never holds it", async () => {
  const model = wrap<LargeWeightsApi>(worker);
  const bytes = await model.install(`/models/tiny/large-weights/${GRAPH}`, TABLES);
  const before = await memory();
  let sum = Number.NaN;
  const peak = await peakDuring(async () => {
    sum = await model.sumOfRow(4095);
  });
  expect(sum).toBe(TABLES * 4095 + (TABLES * (TABLES - 1)) / 2);
  console.log(
    `weights of ${Math.round(bytes / 1e6)} MB: ${Math.round((peak - before) / 1e6)} MB more at most`,
  );
  expect(peak - before).toBeLessThan(MOST_GROWTH);
});
