import type { z } from "zod";

/** Small things that the page keeps across visits, as JSON in localStorage. What can't be read counts as not there. */

export function readKept<Schema extends z.ZodType>(
  storage: Pick<Storage, "getItem">,
  key: string,
  schema: Schema,
): z.infer<Schema> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(storage.getItem(key) ?? "null"));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export function keep(storage: Pick<Storage, "setItem">, key: string, value: unknown): void {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    // A full disk: it is still on the page, and asked for again at the next visit.
  }
}
