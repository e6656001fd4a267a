import { EaselError } from "../../contracts/errors.ts";
import { eyesLabelsSchema } from "../../contracts/seeing-config.ts";
import { UNKNOWN_LABEL } from "../../contracts/sight.ts";
import type { SeenLabel } from "../../contracts/sight.ts";
import { readConfig } from "../../core/families/component-config.ts";
import type { ListedFiles } from "../../core/model-files.ts";
import type { ThingName } from "../asked-things.ts";
import { softmax } from "../scores.ts";

export const UNKNOWN = { english: UNKNOWN_LABEL, chinese: "未知" } as const;

/** What easel-eyes' numbers mean: its `eyes.json`. */
export interface EyesLabels {
  /** Of the square that a picture is fitted into, in pixels. */
  readonly side: number;
  /** In the order of its graph. */
  readonly things: readonly ThingName[];
  readonly labels: {
    named(index: number, score: number): SeenLabel;
    /** The best labels with their shares of 1, the best first; among all is `unknown`: none of the things that are known. */
    of(logits: Float32Array, most?: number): SeenLabel[];
  };
}

/** @throws EaselError `model_corrupt` where the file can't be used. */
export async function readLabels(model: ListedFiles): Promise<EyesLabels> {
  const { side, things } = await readConfig(model, "eyes.json", eyesLabelsSchema);
  const names = [...things, UNKNOWN];
  const named = (index: number, score: number): SeenLabel => ({
    label: names[index]!.english,
    labelZh: names[index]!.chinese,
    score,
  });
  const of = (logits: Float32Array, most?: number): SeenLabel[] => {
    const scores = softmax(logits);
    const best = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!).slice(0, most);
    return best.map((index) => named(index, scores[index]!));
  };
  return { side, things, labels: { named, of } };
}

/** @throws EaselError `model_corrupt` where the graph tells more or fewer things apart than there are names. */
export function requireThings(things: readonly ThingName[], told: number): void {
  if (told === things.length) return;
  throw new EaselError(
    "model_corrupt",
    `eyes.onnx tells ${told} things apart, but eyes.json names ${things.length}.`,
    { hint: "Its two files belong to different versions: install the model again, whole." },
  );
}
