import { randomUUID } from "node:crypto";
import { and, eq, inArray, or, sql } from "drizzle-orm";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { Database } from "../../db/connect.ts";
import { generatedImages, orphanObjects, uploads } from "../../db/schema.ts";
import { noteOrphan, removeObjects } from "../../jobs/orphans.ts";
import type { Services } from "../../jobs/services.ts";
import { extensionOf } from "../../storage/object-store.ts";

/** How long an upload can be put. */
export const PUT_SECONDS = 900;

export type UploadRow = typeof uploads.$inferSelect;

/** @throws EaselError not_found, also for another owner's */
export async function findOwnUpload(database: Database, ownerId: string, id: string): Promise<UploadRow> {
  const [row] = await database
    .select()
    .from(uploads)
    .where(and(eq(uploads.id, id), eq(uploads.ownerId, ownerId)));
  if (row === undefined) throw new EaselError("not_found", "You have no upload with this id.");
  return row;
}

/**
 * Keeps the bytes that were checked where no put reaches: the URL that they came by lives on for a while. What lies
 * there is swept.
 */
export async function keepChecked(
  { connection, store }: Services,
  row: UploadRow,
  bytes: Uint8Array,
  size: { width: number | null; height: number | null },
): Promise<void> {
  const { database } = connection;
  const objectKey = `uploads/${row.id}/${randomUUID()}.${extensionOf(row.contentType)}`;
  await database.insert(orphanObjects).values({ objectKey, notBefore: sql`now() + interval '1 hour'` });
  await store.put(objectKey, bytes, row.contentType);
  await database.transaction(async (tx) => {
    const [kept] = await tx
      .update(uploads)
      .set({ completed: true, objectKey, ...size })
      .where(and(eq(uploads.id, row.id), eq(uploads.completed, false)))
      .returning({ id: uploads.id });
    // Another call was first: its copy is the upload's.
    if (kept === undefined) return;
    await tx.delete(orphanObjects).where(eq(orphanObjects.objectKey, objectKey));
    await tx
      .update(orphanObjects)
      .set({ notBefore: sql`now() + ${PUT_SECONDS} * interval '1 second'` })
      .where(eq(orphanObjects.objectKey, row.objectKey));
  });
}

/** @throws EaselError not_found; conflict while a picture that waits or is being drawn needs it */
export async function removeUpload(services: Services, ownerId: string, id: string): Promise<void> {
  const { database } = services.connection;
  const row = await findOwnUpload(database, ownerId, id);
  const key = await database.transaction(async (tx) => {
    const [needing] = await tx
      .select({ id: generatedImages.id })
      .from(generatedImages)
      .where(
        and(
          eq(generatedImages.ownerId, ownerId),
          inArray(generatedImages.status, ["queued", "running"]),
          or(
            sql`${generatedImages.request} ->> 'init_image' = ${id}`,
            sql`${generatedImages.request} ->> 'mask_image' = ${id}`,
          ),
        ),
      )
      .limit(1);
    if (needing !== undefined) {
      throw new EaselError("conflict", `The picture ${needing.id} is still to be drawn from this upload.`, {
        hint: "Cancel that picture first, or wait until it is drawn.",
      });
    }
    const [gone] = await tx
      .delete(uploads)
      .where(eq(uploads.id, row.id))
      .returning({ key: uploads.objectKey });
    if (gone !== undefined) await noteOrphan(tx, gone.key);
    return gone?.key;
  });
  if (key !== undefined) await removeObjects(services, [key]);
}
