import { createHash } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { EaselError, type ErrorWire } from "../../src/contracts/errors.ts";
import type { ProgressWire } from "../../src/contracts/progress.ts";
import type { LeaseCompleteInput } from "../../src/contracts/worker.ts";
import type { Transaction } from "../db/connect.ts";
import { generatedImages, orphanObjects, workers } from "../db/schema.ts";
import { RESULT_MAX_BYTES, resultKey } from "./result-object.ts";
import { ATTEMPT_SECONDS, type Attempt } from "./draw-queue.ts";
import { recordEvent, recordingOf } from "./events.ts";
import type { Notifier } from "./notify.ts";
import { WRITTEN_EVERY_SECONDS } from "./presence.ts";
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

/** The running attempt that a lease holds, as a statement of ours answers it. */
type Held = { id: string; model: string; jobId: string; retryCount: number };
const HELD = sql`id, model, job_id as "jobId", job_retry_count as "retryCount"`;

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
  const { queue, notifier, connection } = services;
  const { picture, cancelled } = await connection.database.transaction(async (tx) => {
    const held = await stayAlive(tx, notifier, leaseId, told);
    if (held !== undefined && (await queue.touch(tx, held))) return { picture: held.id, cancelled: false };
    const locked = await lockLease(tx, leaseId);
    if (locked.status !== "cancelled") throw lost();
    return { picture: locked.id, cancelled: true };
  });
  if (told?.type === "step" && told.preview !== undefined) services.hub.preview(picture, told);
  if (told !== null) notifier.wake({ picture });
  return { cancelled, expiresAt: new Date(Date.now() + ATTEMPT_SECONDS * 1000) };
}

/** All that a heartbeat changes, in one statement; undefined: the lease holds no running picture. */
async function stayAlive(
  transaction: Transaction,
  notifier: Notifier,
  leaseId: string,
  told: ProgressWire | null,
): Promise<Held | undefined> {
  const progress = told === null ? undefined : percent(told);
  const { rows } = await transaction.execute<Held>(sql`
    with alive as (
      update ${generatedImages} set
        lease_expires_at = now() + ${ATTEMPT_SECONDS} * interval '1 second',
        progress = coalesce(${progress ?? null}, progress)
      where lease_id = ${leaseId} and status = 'running'
      returning id, model, job_id, job_retry_count, worker_id
    ), heard as (
      update ${workers} set last_seen_at = now() from alive
      where ${workers.id} = alive.worker_id
        and last_seen_at < now() - ${WRITTEN_EVERY_SECONDS} * interval '1 second'
    ) ${told === null ? sql`` : sql`, recorded as (${recordingOf(told, sql`alive`)})`}
    select ${HELD}, ${told === null ? sql`null` : notifier.announcementOf(sql`id`)} as announced from alive`);
  return rows[0];
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

  const event: ProgressWire = {
    type: "succeeded",
    result: {
      width: input.width,
      height: input.height,
      seed: known.request.seed,
      model: known.model,
      model_revision: known.request.model_revision ?? services.models.find(known.model)?.revision ?? "",
      model_digest: known.modelDigest ?? "",
      provider: input.provider,
      seconds: input.seconds,
      ...(input.notices === undefined ? {} : { notices: input.notices }),
    },
  };
  await database.transaction(async (tx) => {
    const { rows } = await tx.execute<Held>(sql`
      with done as (
        update ${generatedImages} set
          status = 'succeeded', progress = 100, object_key = ${objectKey}, object_bytes = ${input.bytes},
          object_sha256 = ${input.sha256}, width = ${input.width}, height = ${input.height},
          provider = ${input.provider}, total_seconds = ${input.seconds.total},
          lease_id = null, lease_expires_at = null, finished_at = now()
        where lease_id = ${leaseId} and status = 'running'
        returning id, model, job_id, job_retry_count
      ), adopted as (
        delete from ${orphanObjects} where object_key = ${objectKey}
      ), recorded as (${recordingOf(event, sql`done`)})
      select ${HELD}, ${services.notifier.announcementOf(sql`id`)} as announced from done`);
    const [held] = rows;
    if (held === undefined || !(await services.queue.complete(tx, held))) throw lost();
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
  const { picture, ready } = await services.connection.database.transaction(async (tx) => {
    const row = await lockLease(tx, leaseId);
    if (row.status === "cancelled") return { picture: await release(tx, row), ready: undefined };
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
    const ready = { jobs: 1, model: row.model };
    await services.notifier.announce(tx, { picture: row.id });
    await services.notifier.announce(tx, ready);
    return { picture: row.id, ready };
  });
  services.notifier.wake({ picture });
  if (ready !== undefined) services.notifier.wake(ready);
}

/** The worker of a cancelled picture has let go: nothing else changes. */
async function release(transaction: Transaction, row: GeneratedImageRow): Promise<string> {
  await transaction
    .update(generatedImages)
    .set({ leaseId: null, leaseExpiresAt: null })
    .where(eq(generatedImages.id, row.id));
  return row.id;
}
