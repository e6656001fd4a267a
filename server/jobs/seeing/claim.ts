import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import type { DocumentContentType } from "../../../src/contracts/document.ts";
import type { SeeingTask } from "../../../src/contracts/prediction.ts";
import {
  SEEING_LEASE_SECONDS,
  type LoadedModel,
  type SeeingClaim,
  type SeeingClaimInput,
  type SeeingJob,
} from "../../../src/contracts/seeing-worker-routes.ts";
import { seeingJobs } from "../../db/schema.ts";
import { pause } from "../../pause.ts";
import { queueOf } from "./queue-name.ts";
import type { Services } from "../services.ts";

/** Besides being woken: leases lapse by time. */
const POLL_MILLISECONDS = 1000;
/** A batch that is not full waits so long for more. */
const GATHER_MILLISECONDS = 10;
/** A document is given up when so many workers were lost with the same pages. */
export const DOCUMENT_ATTEMPTS = 3;

type TakenRow = {
  id: string;
  task: SeeingTask;
  digest: string;
  text: string | null;
  objectKey: string | null;
  contentType: DocumentContentType | null;
  firstPage: number | null;
};

/** What a worker takes with it: the claim, and the files of those jobs that have their bytes with them, in their order. */
export interface ClaimedBatch {
  claim: SeeingClaim;
  files: readonly Uint8Array[];
}

/**
 * Waits for questions that this process holds, or jobs in the table, of the worker's models as far as they are the
 * server's, and leases a small batch of them. Undefined: there was none, or the worker has gone away (`signal`).
 */
export async function claimSeeing(
  services: Services,
  { workerId, models, most, waitSeconds }: SeeingClaimInput,
  origin: string,
  signal: AbortSignal,
): Promise<ClaimedBatch | undefined> {
  const { seeing, seeingPresence, stopping, handOver } = services;
  await seeingPresence.seen(workerId, models);
  const over = AbortSignal.any([signal, stopping]);
  const common = models.filter(({ task, digest }) => seeing.find(task)?.digest === digest);
  const leave = handOver.enter(common);
  try {
    const batch = await firstBatch(services, { models: common, most, waitSeconds, origin }, over);
    if (batch === undefined && signal.aborted && !stopping.aborted)
      await seeingPresence.gone(workerId, models);
    return batch;
  } finally {
    leave();
  }
}

interface ClaimTerms {
  models: readonly LoadedModel[];
  most: number;
  waitSeconds: number;
  origin: string;
}

async function firstBatch(
  services: Services,
  terms: ClaimTerms,
  over: AbortSignal,
): Promise<ClaimedBatch | undefined> {
  const { hub, handOver } = services;
  const { models, waitSeconds } = terms;
  const until = performance.now() + waitSeconds * 1000;
  const queues = models.map(queueOf);
  while (!over.aborted) {
    const jobsBefore = hub.jobs;
    // Those of this process are many and quick to take; those in the table must not wait behind them for ever.
    const due = handOver.isTableDue(queues, jobsBefore);
    const fromTable = due ? await takeFromTable(services, terms, over) : undefined;
    if (fromTable !== undefined) handOver.tableHasMore(queues);
    const batch = fromTable ?? (await takeHanded(services, terms, over));
    if (batch !== undefined || over.aborted) return batch;
    if (handOver.has(models)) continue;
    const left = until - performance.now();
    if (left <= 0) return undefined;
    const woken = await hub.untilJob(queues, jobsBefore, Math.min(left, POLL_MILLISECONDS), over);
    if (woken !== undefined && over.aborted) hub.jobsReady(woken, 1);
  }
  return undefined;
}

/** What comes while a batch is under way is taken together; who comes alone does not wait for others. */
async function takeHanded(
  { handOver }: Services,
  { models, most }: ClaimTerms,
  over: AbortSignal,
): Promise<ClaimedBatch | undefined> {
  if (!handOver.has(models)) return undefined;
  await handOver.gather(models, most, GATHER_MILLISECONDS, over);
  const batch = over.aborted ? undefined : handOver.take(models, most);
  if (batch === undefined) return undefined;
  const files: Uint8Array[] = [];
  const jobs = batch.questions.map(({ id, model: { task: asked, digest }, input }): SeeingJob => {
    if ("text" in input) return { id, task: "text-classification", digest, text: input.text };
    files.push(input.bytes);
    const task = asked === "image-safety" ? asked : "image-classification";
    return { id, task, digest, bytes: input.bytes.byteLength, labels: input.labels };
  });
  return { claim: { leaseId: batch.leaseId, jobs }, files };
}

async function takeFromTable(
  services: Services,
  { models, most, origin }: ClaimTerms,
  over: AbortSignal,
): Promise<ClaimedBatch | undefined> {
  const leaseId = randomUUID();
  const taken = await take(services, { leaseId, models, most });
  if (taken.length > 0 && taken.length < most) {
    await pause(GATHER_MILLISECONDS, over);
    taken.push(...(await take(services, { leaseId, models, most: most - taken.length })));
  }
  if (taken.length === 0) return undefined;
  if (over.aborted) {
    await handBack(services, leaseId);
    return undefined;
  }
  const jobs = await Promise.all(taken.map((row) => describe(services, row, origin)));
  return { claim: { leaseId, jobs }, files: [] };
}

/** The oldest first. A job whose lease has lapsed is as good as one that nobody took. */
async function take(
  { connection }: Services,
  { leaseId, models, most }: { leaseId: string; models: readonly LoadedModel[]; most: number },
): Promise<TakenRow[]> {
  const tasks = sql.param(models.map(({ task }) => task));
  const digests = sql.param(models.map(({ digest }) => digest));
  const { rows } = await connection.database.execute<TakenRow>(sql`
    with taken as (
      select id from ${seeingJobs}
      where digest = any(${digests}::text[]) and task = any(${tasks}::text[])
        and seen is null and error is null and deadline > now()
        and (task <> 'object-detection' or attempts < ${DOCUMENT_ATTEMPTS})
        and (lease_expires_at is null or lease_expires_at < now())
      order by created_at limit ${most} for update skip locked
    )
    update ${seeingJobs} as job
    set lease_id = ${leaseId}, attempts = attempts + 1,
      lease_expires_at = now() + ${SEEING_LEASE_SECONDS} * interval '1 second'
    from taken where job.id = taken.id
    returning job.id, job.task, job.digest, job.text, job.object_key as "objectKey",
      job.content_type as "contentType", job.first_page as "firstPage"`);
  return rows;
}

/** The worker hung up while they were being taken. */
async function handBack({ connection, hub }: Services, leaseId: string): Promise<void> {
  const { rows } = await connection.database.execute<LoadedModel>(sql`
    update ${seeingJobs} set lease_id = null, lease_expires_at = null, attempts = attempts - 1
    where lease_id = ${leaseId} returning task, digest`);
  for (const model of rows) hub.jobsReady(queueOf(model), 1);
}

async function describe({ store }: Services, row: TakenRow, origin: string): Promise<SeeingJob> {
  const { id, digest, text, objectKey } = row;
  if (objectKey === null) return { id, task: "text-classification", digest, text: text ?? "" };
  const { url } = await store.presignGet(objectKey, { seconds: SEEING_LEASE_SECONDS, origin });
  if (row.task === "image-classification" || row.task === "image-safety")
    return { id, task: row.task, digest, url };
  const contentType = row.contentType ?? "application/pdf";
  return { id, task: "object-detection", digest, url, contentType, firstPage: row.firstPage ?? 1 };
}
