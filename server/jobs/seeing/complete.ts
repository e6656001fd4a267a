import { sql } from "drizzle-orm";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { SeeingOutcomeWire } from "../../../src/contracts/seeing-worker-routes.ts";
import { seeingJobs, seeingResults } from "../../db/schema.ts";
import type { Services } from "../services.ts";

/**
 * A worker's answers to its batch, in one statement: what was seen is kept for the next who asks, what was left out is
 * ready for another worker.
 *
 * @throws EaselError lease_lost where nothing of the batch is this lease's any more
 */
export async function completeSeeing(
  services: Services,
  leaseId: string,
  outcomes: readonly SeeingOutcomeWire[],
): Promise<void> {
  const { connection, notifier, hub } = services;
  const told = JSON.stringify(outcomes);
  const { rows } = await connection.database.execute<{ id: string; digest: string; done: boolean }>(sql`
    with told as (
      select * from jsonb_to_recordset(${told}::jsonb) as told (id uuid, seen jsonb, error jsonb)
    ), done as (
      update ${seeingJobs} as job set seen = told.seen, error = told.error, lease_id = null, lease_expires_at = null
      from told where job.id = told.id and job.lease_id = ${leaseId}
      returning job.id, job.digest, job.result_key, job.seen
    ), kept as (
      insert into ${seeingResults} (key, seen)
      select result_key, seen from done where seen is not null and result_key is not null
      on conflict do nothing
    ), left_out as (
      update ${seeingJobs} as job set lease_id = null, lease_expires_at = null
      where lease_id = ${leaseId} and not exists (select from told where told.id = job.id)
      returning job.id, job.digest
    )
    select id, digest, true as done, ${notifier.announcementOf(sql`id`)} as announced from done
    union all select id, digest, false, null from left_out`);
  if (rows.length === 0) {
    throw new EaselError("lease_lost", "This lease is over: its jobs were given to others, or have ended.", {
      hint: "Claim anew.",
    });
  }
  for (const { id, digest, done } of rows) {
    if (done) notifier.wake({ picture: id });
    else hub.jobsReady(digest, 1);
  }
}
