import { and, desc, eq, lt, or } from "drizzle-orm";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { Database } from "../../db/connect.ts";
import { generatedImages } from "../../db/schema.ts";
import type { GeneratedImageRow } from "../../jobs/submit.ts";

function encodeCursor(row: GeneratedImageRow): string {
  return Buffer.from(`${row.createdAt.getTime()} ${row.id}`).toString("base64url");
}

function decodeCursor(cursor: string): { createdAt: Date; id: string } {
  const match = /^(\d{1,15}) ([0-9a-f-]{36})$/.exec(Buffer.from(cursor, "base64url").toString());
  if (match === null) {
    throw new EaselError("invalid_request", "cursor: it must be a next_cursor of an earlier answer.", {
      path: "cursor",
    });
  }
  return { createdAt: new Date(Number(match[1])), id: match[2] ?? "" };
}

/** One page of the owner's pictures, newest first. */
export async function listOwn(
  database: Database,
  ownerId: string,
  page: { cursor: string | undefined; limit: number },
): Promise<{ rows: GeneratedImageRow[]; nextCursor: string | null }> {
  const after = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
  const older =
    after &&
    or(
      lt(generatedImages.createdAt, after.createdAt),
      and(eq(generatedImages.createdAt, after.createdAt), lt(generatedImages.id, after.id)),
    );
  const rows = await database
    .select()
    .from(generatedImages)
    .where(and(eq(generatedImages.ownerId, ownerId), older))
    .orderBy(desc(generatedImages.createdAt), desc(generatedImages.id))
    .limit(page.limit + 1);
  const last = rows[page.limit - 1];
  const more = rows.length > page.limit && last !== undefined;
  return { rows: rows.slice(0, page.limit), nextCursor: more ? encodeCursor(last) : null };
}
