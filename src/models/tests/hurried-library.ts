/** The library's worker with small chunks and short waits, for tests. No build contains it. */
import { expose } from "comlink";
import { LibraryWorker } from "../../../workers/library/library-worker.ts";

expose(
  new LibraryWorker({
    chunkBytes: 64 * 1024,
    tries: 4,
    firstWait: 5,
    longestWait: 20,
    silence: 4_000,
  }),
);
