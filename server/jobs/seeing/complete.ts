import { sql } from "drizzle-orm";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { SeeingTask } from "../../../src/contracts/prediction.ts";
import type { SeeingOutcomeWire } from "../../../src/contracts/seeing-worker-routes.ts";
import { seeingJobs, seeingResults } from "../../db/schema.ts";
import { completeDocument, type DocumentOutcome } from "../documents/complete.ts";
import type { Services } from "../services.ts";
import { queueOf } from "./queue-name.ts";

/**
 * A worker's answers to its batch: what was seen is kept for the next who asks, what was left out is ready for another
 * worker.
 *
 * @throws EaselError lease_lost where nothing of the batch is this lease's any more
 */
export async function completeSeeing(
  services: Services,
  leaseId: string,
  outcomes: readonly SeeingOutcomeWire[],
): Promise<void> {
  const answered = services.handOver.complete(leaseId, outcomes);
  if (answered === undefined) return completeInTable(services, leaseId, outcomes);
  await Promise.all(
    answered.map(async ({ question: { resultKey: key }, answer, tell }) => {
      if (key !== null && "seen" in answer) {
        // Who asks again is to find it; whoever waits is answered without it too.
        await services.keepSeen({ key, seen: answer.seen }).catch((err: unknown) => {
          services.log.warn({ err }, "What was seen is not kept.");
        });
      }
      tell();
    }),
  );
}

/** The same for a batch from the table, in one statement. */
async function completeInTable(
  services: Services,
  leaseId: string,
  outcomes: readonly SeeingOutcomeWire[],
): Promise<void> {
  const { connection, notifier, hub } = services;
  const told = JSON.stringify(outcomes);
  const { rows } = await connection.database.execute<{
    id: string;
    task: SeeingTask;
    digest: string;
    what: "done" | "left out" | "a document";
  }>(sql`
    with told as (
      select * from jsonb_to_recordset(${told}::jsonb) as told (id uuid, seen jsonb, error jsonb)
    ), done as (
      update ${seeingJobs} as job set seen = told.seen, error = told.error, lease_id = null, lease_expires_at = null
      from told where job.id = told.id and job.lease_id = ${leaseId} and job.task <> 'object-detection'
      returning job.id, job.task, job.digest, job.result_key, job.seen
    ), kept as (
      insert into ${seeingResults} (key, seen)
      select result_key, seen from done where seen is not null and result_key is not null
      on conflict do nothing
    ), left_out as (
      update ${seeingJobs} as job set lease_id = null, lease_expires_at = null,
        attempts = attempts - 1
      where lease_id = ${leaseId} and not exists (select from told where told.id = job.id)
      returning job.id, job.task, job.digest
    )
    select id, task, digest, 'done' as what, ${notifier.announcementOf(sql`id`)} as announced from done
    union all select id, task, digest, 'left out', null from left_out
    union all select id, task, digest, 'a document', null from ${seeingJobs} as job
      where lease_id = ${leaseId} and task = 'object-detection' and exists (select from told where told.id = job.id)`);
  if (rows.length === 0) {
    throw new EaselError("lease_lost", "This lease is over: its jobs were given to others, or have ended.", {
      hint: "Claim anew.",
    });
  }
  for (const { id, what, ...model } of rows) {
    if (what === "done") notifier.wake({ picture: id });
    else if (what === "left out") hub.jobsReady(queueOf(model), 1);
    else await completeDocument(services, leaseId, documentOutcome(id, outcomes));
  }
}

function documentOutcome(id: string, outcomes: readonly SeeingOutcomeWire[]): DocumentOutcome {
  const outcome = outcomes.find((one) => one.id === id);
  return {
    id,
    found: outcome !== undefined && "found" in outcome ? outcome.found : null,
    error: outcome !== undefined && "error" in outcome ? outcome.error : null,
  };
}
