import { createHash } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { EaselError, type ErrorWire } from "../../src/contracts/errors.ts";
import type { ProgressWire } from "../../src/contracts/progress.ts";
import type { LeaseCompleteInput } from "../../src/contracts/worker.ts";
import type { Transaction } from "../db/connect.ts";
import { generatedImages, orphanObjects, workers } from "../db/schema.ts";
import { RESULT_MAX_BYTES, resultKey } from "./result-object.ts";
import { ATTEMPT_SECONDS, type Attempt } from "./draw-queue.ts";
import { recordEvent } from "./events.ts";
import type { Services } from "./services.ts";
import type { GeneratedImageRow } from "./submit.ts";
import { WAITING_EVENT } from "./waiting-event.ts";

function lost(): EaselError {
  return new EaselError(
    "lease_lost",
    "This lease is over: its job was given to another worker, or has ended.",
    {
      hint: "Stop drawing and claim anew.",
    },
  );
}

export function attemptOf(row: GeneratedImageRow): Attempt {
  return { model: row.model, jobId: row.jobId, retryCount: row.jobRetryCount };
}

/** Locks the lease's row. A cancelled picture keeps its lease until the worker has heard of it. */
async function lockLease(transaction: Transaction, leaseId: string): Promise<GeneratedImageRow> {
  const [row] = await transaction
    .select()
    .from(generatedImages)
    .where(eq(generatedImages.leaseId, leaseId))
    .for("update");
  if (row === undefined) throw lost();
  return row;
}

function percent(event: ProgressWire): number | undefined {
  // Decoding is the last part of the work: the steps end below 100.
  if (event.type === "step") return Math.min(95, Math.round((95 * event.step) / event.steps));
  return event.type === "decoding" ? 95 : undefined;
}

/**
 * A heartbeat, with or without something to tell. `cancelled` tells the worker to stop.
 *
 * @throws EaselError lease_lost
 */
export async function leaseProgress(
  services: Services,
  leaseId: string,
  event: ProgressWire | null,
): Promise<{ cancelled: boolean; expiresAt: Date }> {
  const told =
    event !== null && (event.type === "loading" || event.type === "step" || event.type === "decoding")
      ? event
      : null;
  const { row, expiresAt } = await services.connection.database.transaction(async (tx) => {
    const locked = await lockLease(tx, leaseId);
    const expires = new Date(Date.now() + ATTEMPT_SECONDS * 1000);
    if (locked.status === "cancelled") return { row: locked, expiresAt: expires };
    if (locked.status !== "running" || !(await services.queue.touch(tx, attemptOf(locked)))) throw lost();
    if (told !== null) {
      await recordEvent(tx, locked.id, told);
      await services.notifier.announce(tx, { picture: locked.id });
    }
    await tx
      .update(generatedImages)
      .set({
        leaseExpiresAt: sql`now() + ${ATTEMPT_SECONDS} * interval '1 second'`,
        progress: (told === null ? undefined : percent(told)) ?? locked.progress,
      })
      .where(eq(generatedImages.id, locked.id));
    if (locked.workerId !== null) {
      await tx
        .update(workers)
        .set({ lastSeenAt: sql`now()` })
        .where(eq(workers.id, locked.workerId));
    }
    return { row: locked, expiresAt: expires };
  });
  if (told?.type === "step" && told.preview !== undefined) services.hub.preview(row.id, told);
  if (told !== null) services.notifier.wake({ picture: row.id });
  return { cancelled: row.status === "cancelled", expiresAt };
}

/** The put object must be what the worker says it put. Read before the row is locked: it takes a while. */
async function checkResult(services: Services, key: string, input: LeaseCompleteInput): Promise<void> {
  const bytes = await services.store.read(key, RESULT_MAX_BYTES);
  if (bytes === undefined) throw new EaselError("invalid_output", "The picture is not in the object store.");
  if (bytes.byteLength !== input.bytes) {
    throw new EaselError(
      "invalid_output",
      `The stored picture has ${bytes.byteLength} bytes, ${input.bytes} were announced.`,
    );
  }
  const digest = createHash("sha256").update(bytes).digest("hex");
  if (digest !== input.sha256) {
    throw new EaselError(
      "invalid_output",
      `The stored picture's SHA-256 is ${digest}, ${input.sha256} was announced.`,
    );
  }
}

/**
 * Records the result. The row and the job change in one transaction, under the row's lock, and only for the
 * attempt that holds the lease.
 *
 * @throws EaselError lease_lost, invalid_output
 */
export async function leaseComplete(
  services: Services,
  leaseId: string,
  input: LeaseCompleteInput,
): Promise<void> {
  const { database } = services.connection;
  const [known] = await database.select().from(generatedImages).where(eq(generatedImages.leaseId, leaseId));
  if (known?.status !== "running") throw lost();
  const objectKey = resultKey(known.id, leaseId);
  await checkResult(services, objectKey, input);

  await database.transaction(async (tx) => {
    const row = await lockLease(tx, leaseId);
    if (row.status !== "running" || !(await services.queue.complete(tx, attemptOf(row)))) throw lost();
    const event: ProgressWire = {
      type: "succeeded",
      result: {
        width: input.width,
        height: input.height,
        seed: row.request.seed,
        model: row.model,
        model_revision: row.request.model_revision ?? services.models.find(row.model)?.revision ?? "",
        model_digest: row.modelDigest ?? "",
        provider: input.provider,
        seconds: input.seconds,
        ...(input.notices === undefined ? {} : { notices: input.notices }),
      },
    };
    await tx
      .update(generatedImages)
      .set({
        status: "succeeded",
        progress: 100,
        objectKey,
        objectBytes: input.bytes,
        objectSha256: input.sha256,
        width: input.width,
        height: input.height,
        provider: input.provider,
        totalSeconds: input.seconds.total,
        leaseId: null,
        leaseExpiresAt: null,
        finishedAt: sql`now()`,
      })
      .where(eq(generatedImages.id, row.id));
    await tx.delete(orphanObjects).where(eq(orphanObjects.objectKey, objectKey));
    await recordEvent(tx, row.id, event);
    await services.notifier.announce(tx, { picture: row.id });
  });
  services.notifier.wake({ picture: known.id });
  const waited = ((known.startedAt ?? known.createdAt).getTime() - known.createdAt.getTime()) / 1000;
  services.metrics.drawn(known.model, waited, input.seconds);
  services.log.info(
    { job: known.id, worker: known.workerId, attempt: known.attempt },
    "A picture was drawn.",
  );
}

/**
 * The worker could not draw it. A retryable failure waits for its next attempt; after the last one, or when a retry
 * can't help, the picture has failed.
 *
 * @throws EaselError lease_lost
 */
export async function leaseFail(
  services: Services,
  leaseId: string,
  failure: { error: ErrorWire; retryable: boolean },
): Promise<void> {
  const id = await services.connection.database.transaction(async (tx) => {
    const row = await lockLease(tx, leaseId);
    if (row.status === "cancelled") return release(tx, row);
    if (row.status !== "running") throw lost();
    const attempt = attemptOf(row);
    const again = failure.retryable && (await services.queue.retriesLeft(tx, attempt)) > 0;
    const over = failure.retryable
      ? await services.queue.fail(tx, attempt, failure.error)
      : await services.queue.complete(tx, attempt);
    if (!over) throw lost();
    await tx
      .update(generatedImages)
      .set(
        again
          ? { status: "queued", progress: 0, leaseId: null, leaseExpiresAt: null }
          : {
              status: "failed",
              error: failure.error,
              leaseId: null,
              leaseExpiresAt: null,
              finishedAt: sql`now()`,
            },
      )
      .where(eq(generatedImages.id, row.id));
    await recordEvent(tx, row.id, again ? WAITING_EVENT : { type: "failed", error: failure.error });
    await services.notifier.announce(tx, { picture: row.id });
    services.log.warn({ job: row.id, code: failure.error.code, again }, "A picture could not be drawn.");
    if (!again) services.metrics.jobsEnded.inc({ model: row.model, status: "failed" });
    return row.id;
  });
  services.notifier.wake({ picture: id });
}

/**
 * Hands the job back, without counting the attempt: it is ready at once for another worker.
 *
 * @throws EaselError lease_lost
 */
export async function leaseRelease(services: Services, leaseId: string): Promise<void> {
  const id = await services.connection.database.transaction(async (tx) => {
    const row = await lockLease(tx, leaseId);
    if (row.status === "cancelled") return release(tx, row);
    if (row.status !== "running") throw lost();
    const attempt = attemptOf(row);
    const retriesLeft = await services.queue.retriesLeft(tx, attempt);
    const jobId = await services.queue.restart(tx, attempt, { imageId: row.id, tag: row.tag, retriesLeft });
    if (jobId === undefined) throw lost();
    await tx
      .update(generatedImages)
      .set({
        status: "queued",
        progress: 0,
        jobId,
        attempt: sql`${generatedImages.attempt} - 1`,
        leaseId: null,
        leaseExpiresAt: null,
      })
      .where(eq(generatedImages.id, row.id));
    await recordEvent(tx, row.id, WAITING_EVENT);
    await services.notifier.announce(tx, { picture: row.id });
    await services.notifier.announce(tx, "job");
    return row.id;
  });
  services.notifier.wake({ picture: id });
  services.notifier.wake("job");
}

/** The worker of a cancelled picture has let go: nothing else changes. */
async function release(transaction: Transaction, row: GeneratedImageRow): Promise<string> {
  await transaction
    .update(generatedImages)
    .set({ leaseId: null, leaseExpiresAt: null })
    .where(eq(generatedImages.id, row.id));
  return row.id;
}
