import { and, eq, lt, sql } from "drizzle-orm";
import type { ErrorWire } from "../../src/contracts/errors.ts";
import type { Transaction } from "../db/connect.ts";
import { generatedImages, idempotencyKeys, rateLimits, uploads } from "../db/schema.ts";
import { sweepKept } from "./retention.ts";
import { sweepSeeing } from "./seeing/results.ts";
import { recordEvent } from "./events.ts";
import { ATTEMPT_SECONDS, type DrawQueue } from "./draw-queue.ts";
import { attemptOf } from "./lease.ts";
import { deleteOrphans, noteOrphan } from "./orphans.ts";
import type { Services } from "./services.ts";
import type { GeneratedImageRow } from "./submit.ts";
import { WAITING_EVENT } from "./waiting-event.ts";

const WORKER_LOST: ErrorWire = {
  code: "worker_lost",
  message: "Every worker that took this picture went away before it was drawn.",
  hint: "Try again; if it happens again, look at the worker's log.",
};

/** Leases are looked after every second: one that ran out so long ago ran out while no server was there to hear. */
const UNATTENDED_SECONDS = 5;

/**
 * Leases that ran out while no server or no database was there get their time once more: their workers could not be
 * heard, and a picture must not lose an attempt by our own absence.
 */
export async function renewUnattendedLeases(services: Services): Promise<void> {
  await services.connection.database
    .update(generatedImages)
    .set({ leaseExpiresAt: sql`clock_timestamp() + ${ATTEMPT_SECONDS} * interval '1 second'` })
    .where(
      and(
        eq(generatedImages.status, "running"),
        lt(
          generatedImages.leaseExpiresAt,
          sql`clock_timestamp() - ${UNATTENDED_SECONDS} * interval '1 second'`,
        ),
      ),
    );
}

/**
 * Takes attempts back whose worker has not been heard of in time: their job is ready again at once, or was the last
 * one. Answers the pictures that changed.
 */
export async function reconcileLostAttempts(services: Services): Promise<string[]> {
  const { database } = services.connection;
  await renewUnattendedLeases(services);
  const expired = and(
    eq(generatedImages.status, "running"),
    lt(generatedImages.leaseExpiresAt, sql`clock_timestamp()`),
  );
  const lost = await database
    .select({ id: generatedImages.id, model: generatedImages.model })
    .from(generatedImages)
    .where(expired)
    .limit(100);
  const changed: string[] = [];
  for (const { id, model } of lost) {
    await services.queue.ensure(model);
    const ready = { jobs: 1, model };
    const became = await database.transaction(async (tx) => {
      // Its worker may have been heard of, or another server may have been here, since we looked.
      const [row] = await tx
        .select()
        .from(generatedImages)
        .where(and(eq(generatedImages.id, id), expired))
        .for("update");
      if (row === undefined) return undefined;
      const jobId = await giveAgain(tx, services.queue, row);
      await tx
        .update(generatedImages)
        .set({
          leaseId: null,
          leaseExpiresAt: null,
          ...(jobId === undefined
            ? { status: "failed", error: WORKER_LOST, finishedAt: sql`now()` }
            : { status: "queued", progress: 0, jobId }),
        })
        .where(eq(generatedImages.id, id));
      const failed = { type: "failed", error: WORKER_LOST } as const;
      await recordEvent(tx, id, jobId === undefined ? failed : WAITING_EVENT);
      await services.notifier.announce(tx, { picture: id });
      if (jobId !== undefined) await services.notifier.announce(tx, ready);
      return jobId === undefined ? "failed" : "queued";
    });
    if (became === undefined) continue;
    changed.push(id);
    services.metrics.leasesLost.inc();
    if (became === "failed") services.metrics.jobsEnded.inc({ model, status: became });
    services.log.warn({ job: id }, "A worker went away with a picture.");
    services.notifier.wake({ picture: id });
    services.notifier.wake(ready);
  }
  return changed;
}

/** The job that the picture waits with from now on; undefined: it has had its attempts. */
async function giveAgain(
  transaction: Transaction,
  queue: DrawQueue,
  row: GeneratedImageRow,
): Promise<string | undefined> {
  const attempt = attemptOf(row);
  const state = await queue.state(transaction, attempt);
  if (state === "waiting") return row.jobId;
  if (state !== "active") return undefined;
  const left = await queue.retriesLeft(transaction, attempt);
  if (left > 0) {
    return queue.restart(transaction, attempt, { imageId: row.id, tag: row.tag, retriesLeft: left - 1 });
  }
  await queue.fail(transaction, attempt, WORKER_LOST);
  return undefined;
}

/** Deletes what no row needs: noted objects, uploads and idempotency keys older than a day, rate limits at rest. */
export async function sweep(services: Services): Promise<void> {
  const { database } = services.connection;
  const dayAgo = sql`now() - interval '1 day'`;
  await database.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, dayAgo));
  // An allowance that is whole again is as good as none.
  await database.delete(rateLimits).where(lt(rateLimits.restoredAt, sql`now()`));
  await database.transaction(async (tx) => {
    const old = await tx
      .delete(uploads)
      .where(and(eq(uploads.completed, false), lt(uploads.createdAt, dayAgo)))
      .returning({ key: uploads.objectKey });
    for (const { key } of old) await noteOrphan(tx, key);
  });
  await sweepKept(services);
  await sweepSeeing(database);
  await services.seeingPresence.sweep();
  await deleteOrphans(services);
}
