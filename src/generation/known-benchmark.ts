import type { DeviceProfile, KnownBenchmark } from "../contracts/device.ts";
import { keep, readKept } from "../kept/kept.ts";
import { amount, number, object, orNull, text } from "../kept/shapes.ts";

/** The probe's benchmark, kept across visits: the first picture of each would wait for it, up to half a second. */
const KEY = "easel-benchmark";

/** A device that was busy when it was measured gets another chance the next day. */
const VALID_MILLISECONDS = 24 * 60 * 60 * 1000;

const knownShape = object({
  browser: text,
  cores: orNull(number),
  adapter: orNull(text),
  benchmark: object({ processor: amount, gpu: orNull(amount) }),
  /** Milliseconds since 1970. */
  measuredAt: number,
});

/** What was measured within a day, if anything; whether it was this very device, the probe can tell. */
export function knownBenchmark(
  storage: Pick<Storage, "getItem">,
  now = Date.now(),
): KnownBenchmark | undefined {
  const kept = readKept(storage, KEY, knownShape);
  if (kept === null || now - kept.measuredAt > VALID_MILLISECONDS) return undefined;
  const { browser, cores, adapter, benchmark } = kept;
  return { browser, cores, adapter, benchmark };
}

/** Keeps what the probe has measured. What it was told and did not measure again stays as old as it is. */
export function keepBenchmark(
  storage: Pick<Storage, "getItem" | "setItem">,
  { browser, cores, adapter, benchmark }: DeviceProfile,
  now = Date.now(),
): void {
  const measured: KnownBenchmark = { browser, cores, adapter: adapter?.name ?? null, benchmark };
  if (isSame(knownBenchmark(storage, now), measured)) return;
  keep(storage, KEY, { ...measured, measuredAt: now });
}

function isSame(known: KnownBenchmark | undefined, measured: KnownBenchmark): boolean {
  return (
    known !== undefined &&
    known.browser === measured.browser &&
    known.cores === measured.cores &&
    known.adapter === measured.adapter &&
    known.benchmark.processor === measured.benchmark.processor &&
    known.benchmark.gpu === measured.benchmark.gpu
  );
}
