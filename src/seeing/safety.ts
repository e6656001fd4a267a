import type { SafetyRule, UnsafeLabel } from "../contracts/safety.ts";
import type { LabelScore } from "./scores.ts";

/** How published classifiers of such pictures name what not everybody wants to see. */
const UNSAFE =
  /^(?:nsfw|not[ _-]?safe(?:[ _-]for[ _-]work)?|unsafe|porn(?:ography)?|hentai|sexy?|sexual|explicit|nud(?:e|ity)|erotic(?:a)?|gore|violen(?:t|ce)|blood(?:y)?)$/i;

/** Those of a classifier's labels that are unsafe by their names. */
export function unsafeAmong(labels: readonly string[]): string[] {
  return labels.filter((label) => UNSAFE.test(label.trim()));
}

/**
 * What a safety model says against a picture: the unsafe labels' share together, and the likeliest of them; null where
 * that is less than the rule's threshold. Shares are added, since a picture that is one of two unsafe kinds is no
 * safer for the doubt which; of labels that do not exclude each other the sum is the more careful reading.
 *
 * @param seen the picture's labels; those that are left out count as 0
 */
export function findUnsafe(
  seen: readonly LabelScore[],
  { labels, threshold }: SafetyRule,
): UnsafeLabel | null {
  const unsafe = seen.filter(({ label }) => labels.includes(label));
  const share = Math.min(
    1,
    unsafe.reduce((sum, { score }) => sum + score, 0),
  );
  if (unsafe.length === 0 || share < threshold) return null;
  const { label } = unsafe.reduce((most, one) => (one.score > most.score ? one : most));
  return { label, score: share };
}
