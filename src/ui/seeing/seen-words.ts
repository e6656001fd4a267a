import { tagsOf, type SeenLabel, type Sight } from "../../contracts/sight.ts";
import { percentWords } from "../../language/quantities.ts";
import { m } from "../../paraglide/messages.js";
import { language } from "../language/language.svelte.ts";

/** A label in the page's language. */
export function nameWords({ label, labelZh }: Pick<SeenLabel, "label" | "labelZh">): string {
  return language.locale === "zh" ? labelZh : label;
}

/** "dog 93%" */
export function scoreWords(seen: SeenLabel): string {
  return m.seen_score({ name: nameWords(seen), percent: percentWords(seen.score) });
}

/** What a picture shows, in a row; empty where it shows nothing that is known. */
export function seenWords(sight: Sight): string {
  return tagsOf(sight).map(nameWords).join(m.seen_separator());
}
