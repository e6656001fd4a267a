/** A worker that reads a stored file a slice at a time, as onnxruntime-web does: into one buffer, passed on. */
import { expose } from "comlink";
import { HeldStreams } from "../held-streams.ts";

const MEGABYTE = 1024 * 1024;

/** Of Chromium's flag `--expose-gc`. */
declare const gc: () => void;

const api = {
  /** Reads while garbage is collected between any two tasks. @returns how many bytes came */
  async readSlices(slices: number): Promise<number> {
    const collecting = setInterval(() => gc());
    const streams = new HeldStreams();
    const blob = streams.hold(await storedFile(slices * 4 * MEGABYTE));
    let buffer = new ArrayBuffer(MEGABYTE);
    let came = 0;
    for (let slice = 0; slice < slices; slice++) {
      const reader = blob
        .slice(slice * 4 * MEGABYTE, (slice + 1) * 4 * MEGABYTE)
        .stream()
        .getReader({ mode: "byob" });
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(buffer));
        if (value !== undefined) {
          came += value.byteLength;
          buffer = value.buffer;
        }
        if (done) break;
      }
    }
    clearInterval(collecting);
    streams.release();
    return came;
  },
};
export type ByteStreamsApi = typeof api;

async function storedFile(bytes: number): Promise<File> {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle("byte-streams", { create: true });
  const access = await handle.createSyncAccessHandle();
  access.truncate(bytes);
  access.close();
  return handle.getFile();
}

expose(api);
