import { sql, type SQL } from "drizzle-orm";

/** What a worker may put: a 4096 x 4096 PNG of noise stays below. */
export const RESULT_MAX_BYTES = 64 * 1024 * 1024;

/** The lease's id is in the key: a late put can't overwrite another attempt's picture. */
export function resultKey(imageId: string, leaseId: string): string {
  return `images/${imageId}/${leaseId}.png`;
}

/** The same inside a statement that finds the picture's id. */
export function resultKeyOf(imageId: SQL, leaseId: string): SQL {
  const [before, after] = resultKey("*", leaseId).split("*");
  return sql`${before}::text || ${imageId} || ${after}::text`;
}
