import { and, desc, eq } from "drizzle-orm";
import type { Database } from "../../db/connect.ts";
import { generatedImages } from "../../db/schema.ts";
import type { GeneratedImageRow } from "../../jobs/submit.ts";
import { olderThan, pageOf } from "../list-cursor.ts";

/** One page of the owner's pictures, newest first. */
export async function listOwn(
  database: Database,
  ownerId: string,
  page: { cursor: string | undefined; limit: number },
): Promise<{ rows: GeneratedImageRow[]; nextCursor: string | null }> {
  const rows = await database
    .select()
    .from(generatedImages)
    .where(and(eq(generatedImages.ownerId, ownerId), olderThan(page.cursor, generatedImages)))
    .orderBy(desc(generatedImages.createdAt), desc(generatedImages.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit);
}
