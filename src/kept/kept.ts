import type { Shape } from "./shapes.ts";

/** Small things that the page keeps across visits, as JSON in localStorage. What can't be read counts as not there. */

export function readKept<T>(storage: Pick<Storage, "getItem">, key: string, shape: Shape<T>): T | null {
  try {
    return shape(JSON.parse(storage.getItem(key) ?? "null"));
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
