import type { TextCategory } from "../../contracts/text-category.ts";
import { m } from "../../paraglide/messages.js";

const WORDS: Readonly<Record<TextCategory, () => string>> = {
  smileys: m.category_smileys,
  people: m.category_people,
  nature: m.category_nature,
  food: m.category_food,
  travel: m.category_travel,
  activities: m.category_activities,
  objects: m.category_objects,
  symbols: m.category_symbols,
  flags: m.category_flags,
  other: () => "",
};

/** A category's name; nothing for none. */
export function categoryWords(category: TextCategory | undefined): string {
  return category === undefined ? "" : WORDS[category]();
}
