import { and, asc, desc, eq } from "drizzle-orm";
import type { DocumentPageWire, DocumentWire } from "../../../src/contracts/document.ts";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { Database } from "../../db/connect.ts";
import { documentPages, documents } from "../../db/schema.ts";
import type { DocumentRow } from "../../jobs/documents/keep.ts";
import { olderThan, pageOf } from "../list-cursor.ts";

/** The resource of a row, without its pages. */
export function documentOf(row: DocumentRow): DocumentWire {
  const { pageCount, pagesDone } = row;
  return {
    id: row.id,
    title: row.title,
    content_type: row.contentType,
    bytes: row.bytes,
    status: row.status,
    progress: pageCount === null ? 0 : Math.floor((100 * pagesDone) / pageCount),
    page_count: pageCount,
    pages_done: pagesDone,
    model: row.model,
    error: row.error,
    created_at: row.createdAt.toISOString(),
    finished_at: row.finishedAt?.toISOString() ?? null,
  };
}

/** The pages of a document that are done, in their order. */
export async function pagesOf(database: Database, documentId: string): Promise<DocumentPageWire[]> {
  const { page, width, height, things } = documentPages;
  return database
    .select({ page, width, height, things })
    .from(documentPages)
    .where(eq(documentPages.documentId, documentId))
    .orderBy(asc(page));
}

/** One page of the owner's documents, newest first. */
export async function listDocuments(
  database: Database,
  ownerId: string,
  page: { cursor: string | undefined; limit: number },
): Promise<{ rows: DocumentRow[]; nextCursor: string | null }> {
  const rows = await database
    .select()
    .from(documents)
    .where(and(eq(documents.ownerId, ownerId), olderThan(page.cursor, documents)))
    .orderBy(desc(documents.createdAt), desc(documents.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit);
}

/**
 * The owner's own document.
 *
 * @throws EaselError not_found, also for another owner's: whether it exists is no one else's business.
 */
export async function findOwnDocument(database: Database, ownerId: string, id: string): Promise<DocumentRow> {
  const [row] = await database
    .select()
    .from(documents)
    .where(and(eq(documents.id, id), eq(documents.ownerId, ownerId)));
  if (row === undefined) throw new EaselError("not_found", "You have no document with this id.");
  return row;
}
