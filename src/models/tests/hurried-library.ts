/** The library's worker with small chunks and short waits, for tests. No build contains it. */
import { expose } from "comlink";
import { LibraryWorker } from "../../../workers/library/library-worker.ts";
import type { HurriedTerms } from "./hurried-terms.ts";

/**
 * Counts the bytes that the store's code is handed, by the seed in a generated file's address, in memory that the test
 * shares: it outlives a kill. At 0 stands the most that came at once.
 */
function countBytes(counts: Int32Array): void {
  const realFetch = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const response = await realFetch(input, init);
    const seed = Number(/\/generated\/(\d+)\//.exec(response.url)?.[1] ?? -1);
    const { body } = response;
    if (body === null || !response.ok || seed < 0) return response;
    const getReader = (): ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> => {
      const reader = ReadableStream.prototype.getReader.call(body) as ReadableStreamDefaultReader<
        Uint8Array<ArrayBuffer>
      >;
      const read = reader.read.bind(reader);
      reader.read = async () => {
        const result = await read();
        const size = result.value?.byteLength ?? 0;
        Atomics.add(counts, seed, size);
        if (size > Atomics.load(counts, 0)) Atomics.store(counts, 0, size);
        return result;
      };
      return reader;
    };
    Object.defineProperty(body, "getReader", { value: getReader });
    return response;
  };
}

addEventListener(
  "message",
  (event: MessageEvent<HurriedTerms>) => {
    event.stopImmediatePropagation();
    const { counts, silence } = event.data;
    countBytes(counts);
    expose(new LibraryWorker({ chunkBytes: 64 * 1024, tries: 4, firstWait: 5, longestWait: 20, silence }));
  },
  { once: true },
);
