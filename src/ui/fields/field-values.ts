import { z } from "zod";
import { WHERE } from "../../generation/choose-place.ts";

/** What the fields hold: text as it was typed, so that nothing a user wrote is lost before it is valid. */
export const fieldValuesSchema = z.object({
  prompt: z.string(),
  negativePrompt: z.string(),
  steps: z.string(),
  guidance: z.string(),
  /** How many pictures a click asks for. */
  count: z.string(),
  /** Blank: another one for each picture. */
  seed: z.string(),
  /** "128x128" */
  size: z.string(),
  model: z.string(),
  scheduler: z.string(),
  where: z.enum(WHERE),
});
export type FieldValues = z.infer<typeof fieldValuesSchema>;
export type FieldName = keyof FieldValues;

const KEY = "easel-fields";

/** What an earlier visit left, as far as it can still be read. */
export function loadFieldValues(storage: Pick<Storage, "getItem">): Partial<FieldValues> {
  try {
    const parsed = fieldValuesSchema.partial().safeParse(JSON.parse(storage.getItem(KEY) ?? "{}"));
    return parsed.success ? parsed.data : {};
  } catch {
    return {};
  }
}

export function saveFieldValues(storage: Pick<Storage, "setItem">, values: FieldValues): void {
  try {
    storage.setItem(KEY, JSON.stringify(values));
  } catch {
    // A full disk: the fields are still on the page.
  }
}
