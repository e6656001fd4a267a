const LARGEST = 1e6;

/** A weight that stays a number however many are multiplied: no picture tells a million from more. */
export function clippedWeight(weight: number): number {
  return Math.min(LARGEST, Math.max(-LARGEST, weight));
}
