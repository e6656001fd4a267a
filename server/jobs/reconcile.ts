import { and, eq, lt, sql } from "drizzle-orm";
import type { ErrorWire } from "../../src/contracts/errors.ts";
import { generatedImages, idempotencyKeys, orphanObjects, uploads } from "../db/schema.ts";
import { noteOrphan, removeObjects } from "./cancel.ts";
import { recordEvent } from "./events.ts";
import type { Services } from "./services.ts";
import { WAITING_EVENT } from "./waiting-event.ts";

const WORKER_LOST: ErrorWire = {
  code: "worker_lost",
  message: "Every worker that took this picture went away before it was drawn.",
  hint: "Try again; if it happens again, look at the worker's log.",
};

/**
 * Brings rows in line with pg-boss after attempts that ended without a word: their job waits for its next attempt,
 * or was the last one. Answers the pictures that changed.
 */
export async function reconcileLostAttempts(services: Services): Promise<string[]> {
  const { database } = services.connection;
  const expired = await database
    .select({ id: generatedImages.id, model: generatedImages.model })
    .from(generatedImages)
    .where(and(eq(generatedImages.status, "running"), lt(generatedImages.leaseExpiresAt, sql`now()`)))
    .limit(100);
  const changed: string[] = [];
  for (const { id, model } of expired) {
    await services.queue.ensure(model);
    const done = await database.transaction(async (tx) => {
      const [row] = await tx.select().from(generatedImages).where(eq(generatedImages.id, id)).for("update");
      if (
        row?.status !== "running" ||
        row.leaseExpiresAt === null ||
        row.leaseExpiresAt.getTime() > Date.now()
      ) {
        return false;
      }
      const state = await services.queue.state(tx, { model, jobId: row.jobId });
      if (state === "active") return false;
      const again = state === "waiting";
      await tx
        .update(generatedImages)
        .set(
          again
            ? { status: "queued", progress: 0, leaseId: null, leaseExpiresAt: null }
            : {
                status: "failed",
                error: WORKER_LOST,
                leaseId: null,
                leaseExpiresAt: null,
                finishedAt: sql`now()`,
              },
        )
        .where(eq(generatedImages.id, id));
      await recordEvent(tx, id, again ? WAITING_EVENT : { type: "failed", error: WORKER_LOST });
      await services.notifier.announce(tx, { picture: id });
      return true;
    });
    if (!done) continue;
    changed.push(id);
    services.notifier.wake({ picture: id });
  }
  return changed;
}

/** Deletes what no row needs: noted objects, uploads older than a day, idempotency keys older than a day. */
export async function sweep(services: Services): Promise<void> {
  const { database } = services.connection;
  const dayAgo = sql`now() - interval '1 day'`;
  await database.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, dayAgo));
  await database.transaction(async (tx) => {
    const old = await tx
      .delete(uploads)
      .where(lt(uploads.createdAt, dayAgo))
      .returning({ key: uploads.objectKey });
    for (const { key } of old) await noteOrphan(tx, key);
  });
  const dead = await database
    .select({ key: orphanObjects.objectKey })
    .from(orphanObjects)
    .where(lt(orphanObjects.notBefore, sql`now()`))
    .limit(1000);
  await removeObjects(
    services,
    dead.map(({ key }) => key),
  );
}
