import type { SeenLabel, Sight } from "../contracts/sight.ts";
import { askedThings } from "./asked-things.ts";
import type { ThingName } from "./asked-things.ts";
import type { Sight as FullSight } from "./eyes/eyes.ts";

/** Of the whole picture's labels so many are kept: the rest is as good as none. */
const KEPT_LABELS = 5;

/** What was seen as plain data, held against what was asked for. @param names what the eyes know */
export function plainSight(sight: FullSight, names: readonly ThingName[], prompt: string): Sight {
  return {
    labels: sight.labels.slice(0, KEPT_LABELS),
    things: sight.things.map(({ label, labelZh, score, box }) => ({ label, labelZh, score, box })),
    asked: askedThings(prompt, names).map((thing) => seenOf(names[thing]!, sight)),
  };
}

/** How surely a thing is seen: as one of the things, or as what the whole shows, whichever is surer. */
function seenOf({ english, chinese }: ThingName, { labels, things }: FullSight): SeenLabel {
  const scores = [...things, ...labels].filter(({ label }) => label === english).map(({ score }) => score);
  return { label: english, labelZh: chinese, score: Math.max(0, ...scores) };
}
