import type { RgbaImage } from "../../../src/core/tensor/image.ts";
import { openStill } from "./decode-still.ts";

/** Held decoded at once, unless one picture alone has more: 16 MB. */
const MOST_PIXELS = 4_000_000;

/**
 * Decodes pictures beside each other, as many as memory is meant for, and makes of each what is asked; none but the
 * first is begun after `until` (by performance.now()). Answers those that were begun, in their order.
 *
 * @param failed what becomes of a picture that can't be decoded
 */
export async function decodeTogether<Result>(
  files: readonly Uint8Array[],
  until: number,
  { make, failed }: { make: (image: RgbaImage) => Result; failed: (thrown: unknown) => Result },
): Promise<Result[]> {
  const begun: Promise<Result>[] = [];
  const held = new Set<Promise<unknown>>();
  let pixels = 0;
  for (const file of files) {
    if (begun.length > 0 && performance.now() > until) break;
    const still = await openStill(file).catch((thrown: unknown) => ({ refused: failed(thrown) }));
    if ("refused" in still) {
      begun.push(Promise.resolve(still.refused));
      continue;
    }
    while (held.size > 0 && pixels + still.pixels > MOST_PIXELS) await Promise.race(held);
    pixels += still.pixels;
    const made = still.decode().then(make).catch(failed);
    const released = made.then(() => {
      pixels -= still.pixels;
      held.delete(released);
    });
    held.add(released);
    begun.push(made);
  }
  return Promise.all(begun);
}
