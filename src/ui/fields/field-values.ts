import { WHERE } from "../../generation/choose-place.ts";
import { keep, readKept } from "../../kept/kept.ts";
import { oneOf, part, text, type Shaped } from "../../kept/shapes.ts";

/** What the fields hold: text as it was typed, so that nothing a user wrote is lost before it is valid. */
const FIELDS = {
  prompt: text,
  negativePrompt: text,
  steps: text,
  guidance: text,
  /** How many pictures a click asks for. */
  count: text,
  /** Blank: another one for each picture. */
  seed: text,
  /** "128x128" */
  size: text,
  model: text,
  scheduler: text,
  where: oneOf(WHERE),
};
export type FieldValues = { [Name in keyof typeof FIELDS]: Shaped<(typeof FIELDS)[Name]> };
export type FieldName = keyof FieldValues;

const KEY = "easel-fields";

/** What an earlier visit left, as far as it can still be read. */
export function loadFieldValues(storage: Pick<Storage, "getItem">): Partial<FieldValues> {
  return readKept(storage, KEY, part(FIELDS)) ?? {};
}

export function saveFieldValues(storage: Pick<Storage, "setItem">, values: FieldValues): void {
  keep(storage, KEY, values);
}
