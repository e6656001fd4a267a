/** More threads than this gain little on models of this size and take cores from the page. */
const MOST_THREADS = 4;

/** How many threads WASM may use here; without cross-origin isolation there is no shared memory, and so one. */
export function threadCount(): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return Math.min(Math.max(navigator.hardwareConcurrency, 1), MOST_THREADS);
}
