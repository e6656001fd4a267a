import { wrap } from "comlink";
import { expect, test } from "vitest";
import type { ByteStreamsApi } from "./tests/byte-streams-worker.ts";

const SLICES = 40;

/** Collects the garbage of this page and its workers, so that it can be measured what is left. */
function collectGarbage(): Promise<unknown> {
  return (performance as { measureUserAgentSpecificMemory?(): Promise<unknown> })
    .measureUserAgentSpecificMemory!();
}

test("a stream that weights are read from outlives any garbage collection", async () => {
  const worker = new Worker(new URL("./tests/byte-streams-worker.ts", import.meta.url), { type: "module" });
  let done = false;
  const collecting = (async () => {
    while (!done) await collectGarbage();
  })();
  try {
    expect(await wrap<ByteStreamsApi>(worker).readSlices(SLICES)).toBe(SLICES * 4 * 1024 * 1024);
  } finally {
    done = true;
    worker.terminate();
  }
  await collecting;
}, 60_000);
