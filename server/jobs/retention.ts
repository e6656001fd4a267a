import { and, eq, inArray, isNotNull, isNull, lt, notExists, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import {
  documents,
  generatedImages,
  idempotencyKeys,
  ownerLinks,
  owners,
  ownerTokens,
  shares,
  uploads,
} from "../db/schema.ts";
import { forgetDocument } from "./documents/forget.ts";
import { cancelOrForget } from "./cancel.ts";
import { noteOrphan } from "./orphans.ts";
import type { Services } from "./services.ts";

/** How many pictures one sweep takes; the next one takes the rest. */
const AT_ONCE = 500;
/** An owner who made nothing in this time is swept; a browser that comes back gets another one unseen. */
const UNUSED_OWNER_DAYS = 7;

/** An owner of any of these is not swept. Devices that were linked stay so. */
const OF_OWNERS = [generatedImages, uploads, shares, documents, idempotencyKeys, ownerTokens] as const;

const olderThan = (column: AnyPgColumn, days: number) => lt(column, sql`now() - ${days} * interval '1 day'`);

/** Deletes what the operator's settings keep no longer, its objects noted, and owners who never made anything. */
export async function sweepKept(services: Services): Promise<void> {
  await sweepShares(services);
  await sweepPictures(services);
  await sweepUploads(services);
  await sweepDocuments(services);
  await sweepOwners(services);
  await sweepLinks(services);
  await forgetAddresses(services);
}

/** Expired links go with their pictures. */
async function sweepShares({ connection }: Services): Promise<void> {
  await connection.database.transaction(async (tx) => {
    const gone = await tx
      .delete(shares)
      .where(lt(shares.expiresAt, sql`now()`))
      .returning({ key: shares.objectKey });
    for (const { key } of gone) await noteOrphan(tx, key);
  });
}

async function sweepPictures(services: Services): Promise<void> {
  const { KEEP_PICTURES_DAYS, SHARES_OUTLIVE } = services.settings;
  if (KEEP_PICTURES_DAYS === 0) return;
  const { database } = services.connection;
  const old = await database
    .select()
    .from(generatedImages)
    .where(
      and(isNotNull(generatedImages.finishedAt), olderThan(generatedImages.finishedAt, KEEP_PICTURES_DAYS)),
    )
    .limit(AT_ONCE);
  if (SHARES_OUTLIVE && old.length > 0) {
    const ids = old.map(({ id }) => id);
    await database
      .update(shares)
      .set({ generatedImageId: null })
      .where(inArray(shares.generatedImageId, ids));
  }
  for (const row of old) await cancelOrForget(services, row);
}

async function sweepUploads({ connection, settings }: Services): Promise<void> {
  const { KEEP_UPLOADS_DAYS } = settings;
  if (KEEP_UPLOADS_DAYS === 0) return;
  await connection.database.transaction(async (tx) => {
    const gone = await tx
      .delete(uploads)
      .where(and(eq(uploads.completed, true), olderThan(uploads.createdAt, KEEP_UPLOADS_DAYS)))
      .returning({ key: uploads.objectKey });
    for (const { key } of gone) await noteOrphan(tx, key);
  });
}

/** From when they were looked through: one that waits is not lost. */
async function sweepDocuments(services: Services): Promise<void> {
  const { KEEP_DOCUMENTS_DAYS } = services.settings;
  if (KEEP_DOCUMENTS_DAYS === 0) return;
  const old = await services.connection.database
    .select({ id: documents.id, objectKey: documents.objectKey })
    .from(documents)
    .where(olderThan(documents.finishedAt, KEEP_DOCUMENTS_DAYS))
    .limit(AT_ONCE);
  for (const row of old) await forgetDocument(services, row);
}

/** An address is counted while its picture waits, and kept no longer. */
async function forgetAddresses({ connection }: Services): Promise<void> {
  await connection.database
    .update(generatedImages)
    .set({ address: null })
    .where(and(isNotNull(generatedImages.finishedAt), isNotNull(generatedImages.address)));
}

/** Codes that nobody brought in time. */
async function sweepLinks({ connection }: Services): Promise<void> {
  await connection.database.delete(ownerLinks).where(lt(ownerLinks.expiresAt, sql`now()`));
}

async function sweepOwners({ connection }: Services): Promise<void> {
  const { database } = connection;
  const without = (table: (typeof OF_OWNERS)[number]) =>
    notExists(
      database
        .select({ one: sql`1` })
        .from(table)
        .where(eq(table.ownerId, owners.id)),
    );
  await database
    .delete(owners)
    .where(
      and(
        isNull(owners.accessName),
        isNull(owners.sdapiModel),
        olderThan(owners.createdAt, UNUSED_OWNER_DAYS),
        ...OF_OWNERS.map(without),
      ),
    );
}
