import { sigmoid, softmax } from "./scores.ts";

export type Scoring = "softmax" | "sigmoid";

/**
 * How a detector scores, by its model_type: a softmax over the labels and a last one that means no thing, the best label
 * for each query; or a sigmoid for each label, the hundred best of all queries and labels.
 */
export const SCORING: Readonly<Partial<Record<string, Scoring>>> = {
  detr: "softmax",
  yolos: "softmax",
  "table-transformer": "softmax",
  conditional_detr: "sigmoid",
  deformable_detr: "sigmoid",
};
const MOST = 100;

export interface QueryScore {
  readonly query: number;
  /** The label's index. */
  readonly label: number;
  readonly score: number;
}

/** @param logits [queries, classes] */
export function scoreQueries(logits: Float32Array, classes: number, scoring: Scoring): QueryScore[] {
  if (scoring === "sigmoid") {
    return [...sigmoid(logits)]
      .map((score, i) => ({ query: Math.floor(i / classes), label: i % classes, score }))
      .sort((a, b) => b.score - a.score)
      .slice(0, MOST);
  }
  return Array.from({ length: logits.length / classes }, (_, query) => {
    const scores = softmax(logits.subarray(query * classes, (query + 1) * classes)).subarray(0, -1);
    const label = scores.reduce((most, score, index) => (score > scores[most]! ? index : most), 0);
    return { query, label, score: scores[label]! };
  });
}
