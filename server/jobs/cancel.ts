import { and, eq, inArray, notExists, or, sql } from "drizzle-orm";
import type { Transaction } from "../db/connect.ts";
import { generatedImages, shares, uploads } from "../db/schema.ts";
import { recordEvent } from "./events.ts";
import { noteOrphan, removeObjects } from "./orphans.ts";
import { isLastReference } from "./result-cache.ts";
import type { Services } from "./services.ts";
import type { GeneratedImageRow } from "./submit.ts";

/**
 * DELETE of a picture. One that waits or is being drawn is cancelled: it never runs, or its worker hears of it with
 * its next heartbeat. A finished one is removed with its object and its links.
 */
export async function cancelOrRemove(services: Services, row: GeneratedImageRow): Promise<void> {
  await removeObjects(services, await cancelOrForget(services, row));
}

/** The same, but the objects are noted only: answers the keys that nothing needs any more. */
export async function cancelOrForget(services: Services, row: GeneratedImageRow): Promise<string[]> {
  const { database } = services.connection;
  let cancelled: { model: string; jobId: string } | undefined;
  const dead = await database.transaction(async (tx) => {
    const [locked] = await tx
      .select()
      .from(generatedImages)
      .where(eq(generatedImages.id, row.id))
      .for("update");
    if (locked === undefined) return [];
    if (locked.status === "queued" || locked.status === "running") {
      cancelled = { model: locked.model, jobId: locked.jobId };
      await tx
        .update(generatedImages)
        .set({ status: "cancelled", finishedAt: sql`now()` })
        .where(eq(generatedImages.id, row.id));
      await recordEvent(tx, row.id, { type: "cancelled" });
      await services.notifier.announce(tx, { picture: row.id });
      services.metrics.jobsEnded.inc({ model: row.model, status: "cancelled" });
      return [];
    }
    const links = await tx
      .select({ key: shares.objectKey })
      .from(shares)
      .where(eq(shares.generatedImageId, row.id));
    const keys = links.map(({ key }) => key);
    const { objectKey } = locked;
    // Another's row may point to the same object, by the result cache.
    if (objectKey !== null && (await isLastReference(tx, { id: locked.id, objectKey }))) keys.push(objectKey);
    await tx.delete(generatedImages).where(eq(generatedImages.id, row.id));
    keys.push(...(await dropInputs(tx, locked)));
    for (const key of keys) await noteOrphan(tx, key);
    return keys;
  });
  services.notifier.wake({ picture: row.id });
  if (cancelled !== undefined) await endJob(services, cancelled);
  return dead;
}

/**
 * In a transaction of its own: a claim locks a job before its picture, and each would wait for the other's lock. A job that
 * stays because of a failure ends with whoever takes it, and finds its picture cancelled.
 */
async function endJob(services: Services, job: { model: string; jobId: string }): Promise<void> {
  try {
    await services.connection.database.transaction((tx) => services.queue.cancel(tx, job));
  } catch (err) {
    services.log.warn({ err, job: job.jobId }, "The job of a cancelled picture is left in the queue.");
  }
}

/** The pictures that a removed one was drawn from, where no other of its owner's is: answers their objects. */
async function dropInputs(
  transaction: Transaction,
  { ownerId, request }: GeneratedImageRow,
): Promise<string[]> {
  const ids = [request.init_image, request.mask_image].filter((id) => id !== undefined);
  if (ids.length === 0) return [];
  const namesIt = (field: "init_image" | "mask_image") =>
    sql`${generatedImages.request} ->> ${field} = ${uploads.id}::text`;
  const needed = transaction
    .select({ one: sql`1` })
    .from(generatedImages)
    .where(and(eq(generatedImages.ownerId, ownerId), or(namesIt("init_image"), namesIt("mask_image"))));
  const gone = await transaction
    .delete(uploads)
    .where(and(inArray(uploads.id, ids), eq(uploads.ownerId, ownerId), notExists(needed)))
    .returning({ key: uploads.objectKey });
  return gone.map(({ key }) => key);
}
