/** Which easel-eyes sees: the first 12 digits of its graph's SHA-256. What another one saw is looked at again. */
export const EYES_VERSION = "8926bd627632";

/** A label in both languages of the page, and how sure easel-eyes is of it, 0..1. */
export interface SeenLabel {
  readonly label: string;
  readonly labelZh: string;
  readonly score: number;
}

/** Part of a picture, in its pixels. */
export interface SeenBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface SeenThing extends SeenLabel {
  readonly box: SeenBox;
}

/** The label of what is none of the things that easel-eyes knows. */
export const UNKNOWN_LABEL = "unknown";

/** What a picture was seen to show, as plain data: small enough to lie beside its request. */
export interface Sight {
  /** What it shows as a whole: the likeliest labels, the best first; {@link UNKNOWN_LABEL} may be among them. */
  readonly labels: readonly SeenLabel[];
  /** The things in it, the surest first. */
  readonly things: readonly SeenThing[];
  /** The known things that its prompt names, in the prompt's order; the score says how surely each is seen. */
  readonly asked: readonly SeenLabel[];
}

/** A label counts from here on: more likely than all others together. Below it blurred pictures are misread. */
const LIKELY = 0.5;

/** What a picture shows, each once, the surest first: its tags. */
export function tagsOf({ labels, things }: Sight): SeenLabel[] {
  const sure = [...labels, ...things].filter(
    ({ label, score }) => label !== UNKNOWN_LABEL && score >= LIKELY,
  );
  const tags = new Map<string, SeenLabel>();
  for (const { label, labelZh, score } of sure) {
    if (score > (tags.get(label)?.score ?? 0)) tags.set(label, { label, labelZh, score });
  }
  return [...tags.values()].sort((a, b) => b.score - a.score);
}

/** How far a picture shows what was asked for, 0..1; null where its prompt names nothing that is known. */
export function matchOf({ asked }: Sight): number | null {
  if (asked.length === 0) return null;
  return asked.reduce((sum, { score }) => sum + score, 0) / asked.length;
}
