import { createHash } from "node:crypto";
import { lt, sql } from "drizzle-orm";
import type { SeeingTask, SeenWire } from "../../../src/contracts/prediction.ts";
import type { LoadedModel } from "../../../src/contracts/seeing-worker-routes.ts";
import type { Database } from "../../db/connect.ts";
import { seeingJobs, seeingResults } from "../../db/schema.ts";
import { attended } from "./presence.ts";

/** A cache, not a record: what is older is seen again. */
const KEPT_DAYS = 30;

/** Documents have limits of their own: nobody waits for them. */
const OF_REQUESTS = sql`task <> 'object-detection'`;

/** What two requests share that see the same: the model's very files and the input's very bytes, whoever sent them. */
export function resultKeyOf(model: { task: SeeingTask; digest: string }, input: string | Uint8Array): string {
  const content = createHash("sha256").update(input).digest("hex");
  return createHash("sha256")
    .update(JSON.stringify([model.task, model.digest, content]))
    .digest("hex");
}

/** What was seen of the same; else whether a worker is there for it, and how many requests wait. */
interface SeenBefore {
  seen: SeenWire | null;
  attended: boolean;
  ofOwner: number;
  inAll: number;
}

/** What is known before anything is asked of a worker, in one round trip. */
export async function lookBefore(
  database: Database,
  { ownerId, resultKey, model }: { ownerId: string; resultKey: string | null; model: LoadedModel },
): Promise<SeenBefore> {
  const { rows } = await database.execute<SeenBefore & Record<string, unknown>>(sql`
    select ${attended(model)} as attended,
      (select seen from ${seeingResults} where key = ${resultKey}) as seen,
      (select count(*)::int from ${seeingJobs} where owner_id = ${ownerId} and ${OF_REQUESTS}) as "ofOwner",
      (select count(*)::int from ${seeingJobs} where ${OF_REQUESTS}) as "inAll"`);
  return rows[0]!;
}

/** Answers how many there were. */
export async function forgetSeen(database: Database): Promise<number> {
  const forgotten = await database.delete(seeingResults).returning({ key: seeingResults.key });
  return forgotten.length;
}

/** Old results, and jobs whose request went away with its server. */
export async function sweepSeeing(database: Database): Promise<void> {
  const aMinuteAgo = sql`now() - interval '1 minute'`;
  await database.delete(seeingJobs).where(lt(seeingJobs.deadline, aMinuteAgo));
  await database
    .delete(seeingResults)
    .where(lt(seeingResults.createdAt, sql`now() - ${KEPT_DAYS} * interval '1 day'`));
}
