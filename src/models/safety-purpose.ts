import { EaselError } from "../contracts/errors.ts";
import type { SeeingTask } from "../contracts/prediction.ts";
import type { SeeingManifest } from "../contracts/seeing-manifest.ts";
import { unsafeAmong } from "../seeing/safety.ts";

/** That a classifier is wanted as a safety model; without `labels` those are unsafe that are so by their names. */
export interface WantedSafety {
  threshold: number;
  labels?: readonly string[];
}

const MOST_NAMED = 20;

/**
 * What a model that sees is used for, and by which rule.
 * @throws EaselError `model_corrupt` where a safety model is wanted and it is none
 */
export function purposeOf(
  id: string,
  { task, labels }: { task: SeeingTask; labels: readonly string[] },
  safety: WantedSafety | undefined,
): Pick<SeeingManifest, "task" | "unsafe"> {
  if (safety === undefined) return { task };
  if (task !== "image-classification") {
    throw new EaselError("model_corrupt", `${id} is no image classifier, and so no safety model.`, {
      hint: "Its config.json should name an architecture that ends in ForImageClassification.",
    });
  }
  const unsafe = [...new Set(safety.labels ?? unsafeAmong(labels))];
  const strange = unsafe.find((label) => !labels.includes(label));
  if (unsafe.length > 0 && strange === undefined) {
    return { task: "image-safety", unsafe: { labels: unsafe, threshold: safety.threshold } };
  }
  throw new EaselError(
    "model_corrupt",
    strange === undefined
      ? `None of ${id}'s labels is unsafe by its name: ${named(labels)}.`
      : `${id} has no label ${strange}: ${named(labels)}.`,
    { hint: "Say which of its labels are unsafe, with a comma between two." },
  );
}

function named(labels: readonly string[]): string {
  const more = labels.length - MOST_NAMED;
  return labels.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
