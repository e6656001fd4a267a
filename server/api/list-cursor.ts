import { and, eq, lt, or, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { z } from "zod";
import { EaselError } from "../../src/contracts/errors.ts";

/** What a list of an owner's own is asked with. */
export const listQuery = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

interface Listed {
  createdAt: Date;
  id: string;
}

/** The condition that a list, newest first, goes on after a cursor. @throws EaselError invalid_request */
export function olderThan(
  cursor: string | undefined,
  table: { createdAt: PgColumn; id: PgColumn },
): SQL | undefined {
  if (cursor === undefined) return undefined;
  const after = decodeCursor(cursor);
  return or(
    lt(table.createdAt, after.createdAt),
    and(eq(table.createdAt, after.createdAt), lt(table.id, after.id)),
  );
}

/** A page out of one row more than it may have. */
export function pageOf<Row extends Listed>(
  rows: readonly Row[],
  limit: number,
): { rows: Row[]; nextCursor: string | null } {
  const last = rows[limit - 1];
  const more = rows.length > limit && last !== undefined;
  return { rows: rows.slice(0, limit), nextCursor: more ? encodeCursor(last) : null };
}

function encodeCursor(row: Listed): string {
  return Buffer.from(`${row.createdAt.getTime()} ${row.id}`).toString("base64url");
}

function decodeCursor(cursor: string): Listed {
  const match = /^(\d{1,15}) ([0-9a-f-]{36})$/.exec(Buffer.from(cursor, "base64url").toString());
  if (match === null) {
    throw new EaselError("invalid_request", "cursor: it must be a next_cursor of an earlier answer.", {
      path: "cursor",
    });
  }
  return { createdAt: new Date(Number(match[1])), id: match[2] ?? "" };
}
