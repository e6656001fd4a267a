import { randomUUID } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import type { DocumentContentType } from "../../../src/contracts/document.ts";
import { EaselError } from "../../../src/contracts/errors.ts";
import { documents, orphanObjects, seeingJobs } from "../../db/schema.ts";
import type { SeeingModel } from "../../models/seeing-shelf.ts";
import { extensionOf } from "../../storage/object-store.ts";
import { queueOf } from "../seeing/queue-name.ts";
import type { Services } from "../services.ts";

/** Documents that are not looked through yet. */
const MOST_OF_OWNER = 50;
const MOST_IN_ALL = 1000;
/** A put that takes longer than this has failed. */
const ORPHAN_AFTER_SECONDS = 3600;

export type DocumentRow = typeof documents.$inferSelect;

export interface NewDocument {
  ownerId: string;
  title: string;
  bytes: Uint8Array;
  contentType: DocumentContentType;
}

/**
 * Keeps a document, whose bytes nobody has opened, and asks for a worker to look through it: both are there, or
 * neither is.
 *
 * @throws EaselError queue_full
 */
export async function keepDocument(
  services: Services,
  model: Pick<SeeingModel, "id" | "task" | "digest">,
  { ownerId, title, bytes, contentType }: NewDocument,
): Promise<DocumentRow> {
  const { connection, store, notifier } = services;
  const { database } = connection;
  await requireRoom(services, ownerId);
  const id = randomUUID();
  const objectKey = `documents/${id}/file.${extensionOf(contentType)}`;
  const notBefore = sql`now() + ${ORPHAN_AFTER_SECONDS} * interval '1 second'`;
  await database.insert(orphanObjects).values({ objectKey, notBefore });
  await store.put(objectKey, bytes, contentType);
  const ready = { jobs: 1, model: queueOf(model) };
  const row = await database.transaction(async (tx) => {
    const [kept] = await tx
      .insert(documents)
      .values({ id, ownerId, title, contentType, bytes: bytes.byteLength, objectKey, model: model.id })
      .returning();
    await tx.insert(seeingJobs).values({
      ...{ id, ownerId, objectKey, contentType, firstPage: 1 },
      ...{ task: model.task, digest: model.digest, deadline: NEVER },
    });
    await tx.delete(orphanObjects).where(eq(orphanObjects.objectKey, objectKey));
    await notifier.announce(tx, ready);
    return kept;
  });
  notifier.wake(ready);
  if (row === undefined) throw new Error("The document was not written.");
  return row;
}

/** Nobody waits for a document: it is looked through when there is a worker. */
export const NEVER = sql`'infinity'::timestamptz`;

async function requireRoom({ connection }: Services, ownerId: string): Promise<void> {
  const { rows } = await connection.database.execute<{ ofOwner: number; inAll: number }>(sql`
    select count(*) filter (where owner_id = ${ownerId})::int as "ofOwner", count(*)::int as "inAll"
    from ${documents} where finished_at is null`);
  const { ofOwner = 0, inAll = 0 } = rows[0] ?? {};
  if (ofOwner < MOST_OF_OWNER && inAll < MOST_IN_ALL) return;
  throw new EaselError(
    "queue_full",
    ofOwner < MOST_OF_OWNER
      ? "The server has as many documents to look through as it takes."
      : `You already have ${MOST_OF_OWNER} documents that are not looked through yet.`,
    { hint: "Wait until some are done, or delete some." },
  );
}
