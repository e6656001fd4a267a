import { afterEach, expect, test, vi } from "vitest";
import { threadCount } from "./thread-count.ts";

afterEach(() => vi.unstubAllGlobals());

function browser(shared: { crossOriginIsolated: boolean; SharedArrayBuffer?: unknown }, cores: number) {
  vi.stubGlobal("navigator", { hardwareConcurrency: cores });
  for (const [name, value] of Object.entries(shared)) vi.stubGlobal(name, value);
}

test("WASM gets as many threads as there are cores, up to four", () => {
  browser({ crossOriginIsolated: true }, 2);
  expect(threadCount()).toBe(2);
  browser({ crossOriginIsolated: true }, 16);
  expect(threadCount()).toBe(4);
});

test("without shared memory there is one thread, also on a page that is cross-origin isolated", () => {
  browser({ crossOriginIsolated: false }, 4);
  expect(threadCount()).toBe(1);
  browser({ crossOriginIsolated: true, SharedArrayBuffer: undefined }, 4);
  expect(threadCount()).toBe(1);
});
