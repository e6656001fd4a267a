import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { eq, sql } from "drizzle-orm";
import type { Claim, ClaimInput } from "../../src/contracts/worker.ts";
import { CLAIM_WAIT_MAX_SECONDS, HEARTBEAT_SECONDS } from "../../src/contracts/worker.ts";
import { toCamel } from "../../src/contracts/casing.ts";
import type { RequestWire } from "../../src/contracts/request.ts";
import { largestPixels } from "../../src/core/request/size.ts";
import { generatedImages, orphanObjects, queueClock, uploads } from "../db/schema.ts";
import { safetyOf } from "../models/seeing-shelf.ts";
import { ATTEMPT_SECONDS } from "./draw-queue.ts";
import { leaseRelease } from "./lease.ts";
import { RESULT_MAX_BYTES, resultKey, resultKeyOf } from "./result-object.ts";
import type { Services } from "./services.ts";

const PUT_SECONDS = 2 * 3600;
/** Longer than the put's URL lives: a late put must be swept too. */
const ORPHAN_AFTER_SECONDS = PUT_SECONDS + 600;
/** How often a waiting claim looks besides being woken: jobs become due by time too. */
const POLL_MILLISECONDS = 1000;

/** A picture that was given to a worker. */
interface Leased {
  leaseId: string;
  imageId: string;
  attempt: number;
  request: RequestWire;
  expiresAt: Date;
}

type TakenRow = { jobId: string; retryCount: number } & (
  { imageId: null } | { imageId: string; attempt: number; request: RequestWire; expiresAt: string }
);

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
  const offered = input.models.filter((model) => isDrawable(services, model, input));
  await services.presence.seen({ ...input, models: offered });
  if (offered.length === 0 && !looksAsAsked(services, input))
    services.log.warn({ worker: input.name }, "A worker without this server's safety model is given no job.");
  const models = offered.map(({ id }) => id);
  for (const model of models) await services.queue.ensure(model);
  const until = Date.now() + Math.min(input.waitSeconds, CLAIM_WAIT_MAX_SECONDS) * 1000;
  const over = AbortSignal.any([signal, services.stopping]);
  let wokenFor: string | undefined;
  while (!over.aborted) {
    const jobsBefore = services.hub.jobs;
    for (const model of wokenFor === undefined ? shuffled(models) : [wokenFor]) {
      const leased = await take(services, input, model);
      if (leased === undefined) continue;
      if (!over.aborted) return describe(services, leased, origin);
      // The worker hung up while the job was being taken: nobody would draw it until the lease lapses.
      await leaseRelease(services, leased.leaseId);
      return undefined;
    }
    const left = until - Date.now();
    if (left <= 0) return undefined;
    wokenFor = await services.hub.untilJob(models, jobsBefore, Math.min(left, POLL_MILLISECONDS), over);
    if (wokenFor !== undefined && over.aborted) services.hub.jobsReady(wokenFor, 1);
  }
  return undefined;
}

/**
 * Whether a worker has the model in this server's very revision, and memory for its largest picture, and looks at what it
 * draws with the server's safety model, where there is one.
 */
function isDrawable(
  services: Services,
  { id, digest }: ClaimInput["models"][number],
  input: ClaimInput,
): boolean {
  const manifest = services.models.find(id);
  return (
    manifest?.digest === digest && largestPixels(manifest) <= input.maxPixels && looksAsAsked(services, input)
  );
}

function looksAsAsked({ seeing }: Services, { safety }: ClaimInput): boolean {
  const asked = safetyOf(seeing);
  return asked === undefined || isDeepStrictEqual(asked, safety);
}

/** Queues are tried in a random order, so that no model is always asked last. */
function shuffled(models: readonly string[]): string[] {
  return models
    .map((model) => ({ model, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ model }) => model);
}

/** One statement takes the job and leases its picture, so that nobody waits for us in between. */
async function take(services: Services, input: ClaimInput, model: string): Promise<Leased | undefined> {
  const { queue, connection } = services;
  for (;;) {
    const leaseId = randomUUID();
    // A job whose picture was cancelled, removed or finished in the meantime is over; a failed one was redriven.
    const [row] = await queue.take<TakenRow>(
      connection.database,
      model,
      sql`leased as (
        update ${generatedImages} set
          status = 'running', progress = 0, error = null, lease_id = ${leaseId},
          lease_expires_at = now() + ${ATTEMPT_SECONDS} * interval '1 second',
          worker_id = ${input.workerId}, job_id = taken.id, job_retry_count = taken."retryCount",
          attempt = attempt + 1, started_at = now(), model_digest = ${services.models.find(model)?.digest ?? null}
        from taken
        where ${generatedImages.id} = (taken.data ->> 'imageId')::uuid and status not in ('cancelled', 'succeeded')
        returning ${generatedImages.id}, attempt, request, tag, lease_expires_at
      ), noted as (
        insert into ${orphanObjects} (object_key, not_before)
        select ${resultKeyOf(sql`id`, leaseId)}, now() + ${ORPHAN_AFTER_SECONDS} * interval '1 second' from leased
      ), clock as (
        insert into ${queueClock} (id, tag)
        select 1, tag from leased where tag > coalesce((select tag from ${queueClock} where id = 1), 0)
        on conflict (id) do update set tag = greatest(${queueClock.tag}, excluded.tag)
      )
      select taken.id as "jobId", taken."retryCount", leased.id as "imageId", leased.attempt, leased.request,
        leased.lease_expires_at as "expiresAt"
      from taken left join leased on true`,
    );
    if (row === undefined) return undefined;
    if (row.imageId !== null) return { ...row, leaseId, expiresAt: new Date(row.expiresAt) };
    const { jobId, retryCount } = row;
    await connection.database.transaction((tx) => queue.complete(tx, { model, jobId, retryCount }));
  }
}

async function describe(services: Services, leased: Leased, origin: string): Promise<Claim> {
  const target = await services.store.presignPut(resultKey(leased.imageId, leased.leaseId), {
    contentType: "image/png",
    maxBytes: RESULT_MAX_BYTES,
    seconds: PUT_SECONDS,
    origin,
  });
  const request = toCamel(leased.request);
  const [initImage, maskImage] = await Promise.all(
    [request.initImage, request.maskImage].map((id) => inputUrl(services, id, origin)),
  );
  return {
    leaseId: leased.leaseId,
    jobId: leased.imageId,
    attempt: leased.attempt,
    expiresAt: leased.expiresAt.toISOString(),
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
