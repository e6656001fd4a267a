import { randomUUID } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import type { Claim, ClaimInput } from "../../src/contracts/worker.ts";
import { CLAIM_WAIT_MAX_SECONDS, HEARTBEAT_SECONDS } from "../../src/contracts/worker.ts";
import { toCamel } from "../../src/contracts/casing.ts";
import type { Transaction } from "../db/connect.ts";
import { generatedImages, orphanObjects, queueClock, uploads, workers } from "../db/schema.ts";
import { ATTEMPT_SECONDS } from "./draw-queue.ts";
import { leaseRelease } from "./lease.ts";
import { RESULT_MAX_BYTES, resultKey } from "./result-object.ts";
import type { Services } from "./services.ts";
import type { GeneratedImageRow } from "./submit.ts";

const PUT_SECONDS = 2 * 3600;
/** Longer than the put's URL lives: a late put must be swept too. */
const ORPHAN_AFTER_SECONDS = PUT_SECONDS + 600;
/** How often a waiting claim looks besides being woken: jobs become due by time too. */
const POLL_MILLISECONDS = 1000;

/**
 * Waits up to `waitSeconds` for a job that this worker can draw; undefined: there was none. A worker that has gone
 * away (`signal`) is given none.
 */
export async function claim(
  services: Services,
  input: ClaimInput,
  origin: string,
  signal: AbortSignal,
): Promise<Claim | undefined> {
  await seen(services, input);
  const models = drawable(services, input);
  for (const model of models) await services.queue.ensure(model);
  const until = Date.now() + Math.min(input.waitSeconds, CLAIM_WAIT_MAX_SECONDS) * 1000;
  const over = AbortSignal.any([signal, services.stopping]);
  while (!over.aborted) {
    const jobsBefore = services.hub.jobs;
    for (const model of shuffled(models)) {
      const row = await services.connection.database.transaction((tx) => take(tx, services, input, model));
      if (row === undefined) continue;
      if (!over.aborted) return describe(services, row, origin);
      // The worker hung up while the job was being taken: nobody would draw it until the lease lapses.
      await leaseRelease(services, row.leaseId ?? "");
      return undefined;
    }
    const left = until - Date.now();
    if (left <= 0) return undefined;
    await services.hub.untilJob(jobsBefore, Math.min(left, POLL_MILLISECONDS), over);
  }
  return undefined;
}

/** The models that the worker has in this server's very revision, and whose pictures fit into its memory. */
function drawable(services: Services, input: ClaimInput): string[] {
  return input.models
    .filter(({ id, digest }) => {
      const manifest = services.models.find(id);
      if (manifest === undefined) return false;
      return (
        manifest.digest === digest && manifest.defaults.width * manifest.defaults.height <= input.maxPixels
      );
    })
    .map(({ id }) => id);
}

/** Queues are tried in a random order, so that no model is always asked last. */
function shuffled(models: readonly string[]): string[] {
  return models
    .map((model) => ({ model, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ model }) => model);
}

async function take(
  transaction: Transaction,
  services: Services,
  input: ClaimInput,
  model: string,
): Promise<GeneratedImageRow | undefined> {
  for (;;) {
    const job = await services.queue.fetch(transaction, model);
    if (job === undefined) return undefined;
    const [row] = await transaction
      .select()
      .from(generatedImages)
      .where(eq(generatedImages.id, job.imageId))
      .for("update");
    // A job whose picture was cancelled, removed or finished in the meantime is over; a failed one was redriven.
    if (row === undefined || row.status === "cancelled" || row.status === "succeeded") {
      await services.queue.complete(transaction, { model, jobId: job.jobId, retryCount: job.retryCount });
      continue;
    }
    const leaseId = randomUUID();
    await transaction
      .insert(queueClock)
      .values({ id: 1, tag: row.tag })
      .onConflictDoUpdate({
        target: queueClock.id,
        set: { tag: sql`greatest(${queueClock.tag}, excluded.tag)` },
      });
    await transaction.insert(orphanObjects).values({
      objectKey: resultKey(row.id, leaseId),
      notBefore: sql`now() + ${ORPHAN_AFTER_SECONDS} * interval '1 second'`,
    });
    const [leased] = await transaction
      .update(generatedImages)
      .set({
        status: "running",
        progress: 0,
        error: null,
        leaseId,
        leaseExpiresAt: sql`now() + ${ATTEMPT_SECONDS} * interval '1 second'`,
        workerId: input.workerId,
        jobId: job.jobId,
        jobRetryCount: job.retryCount,
        attempt: sql`${generatedImages.attempt} + 1`,
        startedAt: sql`now()`,
        modelDigest: services.models.find(model)?.digest ?? null,
      })
      .where(eq(generatedImages.id, row.id))
      .returning();
    return leased;
  }
}

async function describe(services: Services, row: GeneratedImageRow, origin: string): Promise<Claim> {
  const { leaseId, leaseExpiresAt } = row;
  if (leaseId === null || leaseExpiresAt === null) throw new Error("A claimed picture has no lease.");
  const target = await services.store.presignPut(resultKey(row.id, leaseId), {
    contentType: "image/png",
    maxBytes: RESULT_MAX_BYTES,
    seconds: PUT_SECONDS,
    origin,
  });
  const request = toCamel(row.request);
  const [initImage, maskImage] = await Promise.all(
    [request.initImage, request.maskImage].map((id) => inputUrl(services, id, origin)),
  );
  return {
    leaseId,
    jobId: row.id,
    attempt: row.attempt,
    expiresAt: leaseExpiresAt.toISOString(),
    heartbeatSeconds: HEARTBEAT_SECONDS,
    request,
    inputs: {
      ...(initImage === undefined ? {} : { initImage }),
      ...(maskImage === undefined ? {} : { maskImage }),
    },
    output: { url: target.url, headers: target.headers, maxBytes: RESULT_MAX_BYTES },
  };
}

async function inputUrl(
  services: Services,
  uploadId: string | undefined,
  origin: string,
): Promise<string | undefined> {
  if (uploadId === undefined) return undefined;
  const [upload] = await services.connection.database.select().from(uploads).where(eq(uploads.id, uploadId));
  if (upload === undefined) return undefined;
  return (await services.store.presignGet(upload.objectKey, { seconds: PUT_SECONDS, origin })).url;
}

async function seen(services: Services, input: ClaimInput): Promise<void> {
  const { workerId, name, version, provider, models, maxPixels } = input;
  const values = { name, version, provider, models, maxPixels, lastSeenAt: sql`now()` };
  await services.connection.database
    .insert(workers)
    .values({ id: workerId, ...values })
    .onConflictDoUpdate({ target: workers.id, set: values });
}
