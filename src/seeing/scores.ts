import { EaselError } from "../contracts/errors.ts";

/** A label and how sure the model is of it, 0..1. */
export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/** @throws EaselError `invalid_output` where a number is infinite or none. */
export function requireFinite(values: Float32Array, output: string): Float32Array {
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return values;
  throw new EaselError(
    "invalid_output",
    `The model's ${output} should be finite numbers, but number ${wrong + 1} is ${values[wrong]!}.`,
    { hint: "Try another backend or another model; this one can't be trusted with this picture." },
  );
}

/** exp(x) over their sum; the largest is taken off first, so that nothing overflows. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(logits);
  const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const shares = values.map((value) => Math.exp(value - largest));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}

export function sigmoid(logits: Float32Array): Float64Array {
  return Float64Array.from(logits, (value) => 1 / (1 + Math.exp(-value)));
}

/** The `topK` best, the best first; of equals the one that stands first in `labels`. */
export function bestLabels(scores: ArrayLike<number>, labels: readonly string[], topK: number): LabelScore[] {
  return labels
    .map((label, index) => ({ label, score: scores[index]! }))
    .sort((a, b) => b.score - a.score)
    .slice(0, topK);
}
