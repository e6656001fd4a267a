import { onBenchPage } from "./bench-page.ts";
import type { StoreSample } from "./store-sample.ts";

const BYTES = 512 * 1024 * 1024;
const ROUNDS = 7;

const ALLOWED_SHARE = 0.9;

interface StoreWindow {
  measure: (bytes: number, rounds: number) => Promise<StoreSample[]>;
}

/**
 * Prints how fast the store takes bytes (written, hashed, with its checkpoints), beside the same bytes written to a
 * bare file and hashed alone, all in workers of one page.
 * @returns whether it reaches 0.9 of the slower of the two
 */
export async function benchStore(): Promise<boolean> {
  const samples = await onBenchPage("store", (page) =>
    page.evaluate(([bytes, rounds]) => (globalThis as unknown as StoreWindow).measure(bytes, rounds), [
      BYTES,
      ROUNDS,
    ] as const),
  );
  // Other work on the machine only ever slows a round down.
  const best = (name: keyof StoreSample) => Math.min(...samples.map((sample) => sample[name]));
  const share = Math.max(best("writing"), best("hashing")) / best("store");
  const rate = (name: keyof StoreSample) => `${Math.round(BYTES / 1e6 / best(name))} MB/s`;
  console.log(
    `store: its throughput by that of the slower of writing and hashing (at least ${ALLOWED_SHARE})`,
  );
  console.log(
    `  ${share.toFixed(2)}   (store ${rate("store")}, writing alone ${rate("writing")}, hashing alone ${rate("hashing")}; best of ${ROUNDS})`,
  );
  return share >= ALLOWED_SHARE;
}
