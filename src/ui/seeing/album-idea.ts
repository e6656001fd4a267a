import type { TextCategory } from "../../contracts/text-category.ts";
import type { Job } from "../../history/database.ts";

/** Fewer pictures are found without an album. */
const ENOUGH = 6;

/** An album that could be made: the pictures that are about one thing and hang in no album yet. */
export interface AlbumIdea {
  readonly category: TextCategory;
  readonly ids: readonly string[];
}

/** The idea with the most pictures; null where none has enough. @param settled categories that were answered already */
export function albumIdea(jobs: readonly Job[], settled: ReadonlySet<TextCategory>): AlbumIdea | null {
  const byCategory = new Map<TextCategory, string[]>();
  for (const { id, status, category, albumIds } of jobs) {
    if (category === undefined || category === "other" || settled.has(category)) continue;
    if (status !== "succeeded" || albumIds.length > 0) continue;
    const ids = byCategory.get(category);
    if (ids === undefined) byCategory.set(category, [id]);
    else ids.push(id);
  }
  const [best] = [...byCategory].sort(([, a], [, b]) => b.length - a.length);
  return best === undefined || best[1].length < ENOUGH ? null : { category: best[0], ids: best[1] };
}
