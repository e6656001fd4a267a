/** More threads than this gain little on models of this size and take cores from the page. */
const MOST_THREADS = 4;

/**
 * How many threads WASM may use here; without shared memory, one. A browser keeps it from pages that are not cross-origin
 * isolated, and WebKitGTK 2.50 from all.
 */
export function threadCount(): number {
  if (!sharesMemory()) return 1;
  return Math.min(Math.max(navigator.hardwareConcurrency, 1), MOST_THREADS);
}

/** Whether threads can share memory here. */
export function sharesMemory(): boolean {
  return globalThis.crossOriginIsolated && typeof SharedArrayBuffer === "function";
}
