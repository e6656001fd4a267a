import { createHash } from "node:crypto";
import { lt, sql } from "drizzle-orm";
import type { SeeingTask, SeenWire } from "../../../src/contracts/prediction.ts";
import type { LoadedModel } from "../../../src/contracts/seeing-worker-routes.ts";
import type { Connection, Database } from "../../db/connect.ts";
import { seeingJobs, seeingResults } from "../../db/schema.ts";
import { inBatches } from "../in-batches.ts";
import { attended } from "./presence.ts";

/** A cache, not a record: what is older is seen again. */
const KEPT_DAYS = 30;

const MOST_TOGETHER = 64;

/** Documents have limits of their own: nobody waits for them. */
const OF_REQUESTS = sql`task <> 'object-detection'`;

/** What two requests share that see the same: the model's very files and the input's very bytes, whoever sent them. */
export function resultKeyOf(model: { task: SeeingTask; digest: string }, input: string | Uint8Array): string {
  const content = createHash("sha256").update(input).digest("hex");
  return createHash("sha256")
    .update(JSON.stringify([model.task, model.digest, content]))
    .digest("hex");
}

/** What is asked, and by whom. */
export interface Asked {
  ownerId: string;
  /** Null: results are not kept. */
  resultKey: string | null;
  model: LoadedModel;
}

/** What was seen of the same; else whether a worker is there for it, and how many requests wait in the table. */
interface SeenBefore {
  seen: SeenWire | null;
  attended: boolean;
  ofOwner: number;
  inAll: number;
}

/** What is known before anything is asked of a worker; what is asked at once shares a statement. */
export type LookBefore = (asked: Asked) => Promise<SeenBefore>;

export function lookingBefore({ database }: Pick<Connection, "database">): LookBefore {
  return inBatches(MOST_TOGETHER, async (batch) => {
    const keys = sql.param(batch.map(({ resultKey }) => resultKey));
    const tasks = sql.param(batch.map(({ model }) => model.task));
    const digests = sql.param(batch.map(({ model }) => model.digest));
    const owners = sql.param(batch.map(({ ownerId }) => ownerId));
    const { rows } = await database.execute<SeenBefore & Record<string, unknown>>(sql`
      select ${attended({ task: sql`asked.task`, digest: sql`asked.digest` })} as attended,
        (select seen from ${seeingResults} where key = asked.key) as seen,
        (select count(*)::int from ${seeingJobs} where owner_id = asked.owner_id and ${OF_REQUESTS}) as "ofOwner",
        (select count(*)::int from ${seeingJobs} where ${OF_REQUESTS}) as "inAll"
      from unnest(${keys}::text[], ${tasks}::text[], ${digests}::text[], ${owners}::uuid[])
        with ordinality as asked (key, task, digest, owner_id, place)
      order by asked.place`);
    return rows.map((value) => ({ status: "fulfilled", value }));
  });
}

/** Keeps what was seen for the next who asks; what comes at once shares a statement. */
export type KeepSeen = (result: { key: string; seen: SeenWire }) => Promise<void>;

export function keepingSeen({ database }: Pick<Connection, "database">): KeepSeen {
  return inBatches(MOST_TOGETHER, async (batch) => {
    await database.execute(sql`
      insert into ${seeingResults} (key, seen)
      select key, seen from jsonb_to_recordset(${JSON.stringify(batch)}::jsonb) as kept (key text, seen jsonb)
      on conflict do nothing`);
    return batch.map(() => ({ status: "fulfilled", value: undefined }));
  });
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
