import { wrap } from "comlink";
import { expect, test } from "vitest";
import type { ByteStreamsApi } from "./tests/byte-streams-worker.ts";

const SLICES = 40;

test("a stream that weights are read from outlives any garbage collection", async () => {
  const worker = new Worker(new URL("./tests/byte-streams-worker.ts", import.meta.url), { type: "module" });
  try {
    expect(await wrap<ByteStreamsApi>(worker).readSlices(SLICES)).toBe(SLICES * 4 * 1024 * 1024);
  } finally {
    worker.terminate();
  }
}, 60_000);
