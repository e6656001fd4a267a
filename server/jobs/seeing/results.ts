import { createHash } from "node:crypto";
import { lt, sql } from "drizzle-orm";
import type { SeeingTask, SeenWire } from "../../../src/contracts/prediction.ts";
import type { LoadedModel } from "../../../src/contracts/seeing-worker-routes.ts";
import type { Connection, Database } from "../../db/connect.ts";
import { seeingJobs, seeingResults } from "../../db/schema.ts";
import { fixed } from "../../db/fixed-statement.ts";
import { inBatches } from "../in-batches.ts";
import type { SeeingInput } from "./hand-over.ts";
import { attended } from "./presence.ts";

/** A cache, not a record: what is older is seen again. */
const KEPT_DAYS = 30;

const MOST_TOGETHER = 64;

/** Documents have limits of their own: nobody waits for them. */
const OF_REQUESTS = sql`task <> 'object-detection'`;

/**
 * What two requests share that see the same: the model's very files and the input's very bytes, whoever sent them, and as
 * many labels.
 */
export function resultKeyOf(model: { task: SeeingTask; digest: string }, input: SeeingInput): string {
  const [content, labels] = "text" in input ? [input.text] : [input.bytes, input.labels];
  const hash = createHash("sha256").update(content).digest("hex");
  return createHash("sha256")
    .update(JSON.stringify([model.task, model.digest, hash, labels]))
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

export function lookingBefore({ run }: Pick<Connection, "run">): LookBefore {
  const statement = fixed(sql`
    select ${attended({ task: sql`asked.task`, digest: sql`asked.digest` })} as attended,
      (select seen from ${seeingResults} where key = asked.key) as seen,
      (select count(*)::int from ${seeingJobs} where owner_id = asked.owner_id and ${OF_REQUESTS}) as "ofOwner",
      (select count(*)::int from ${seeingJobs} where ${OF_REQUESTS}) as "inAll"
    from unnest(${sql.placeholder("keys")}::text[], ${sql.placeholder("tasks")}::text[],
        ${sql.placeholder("digests")}::text[], ${sql.placeholder("owners")}::uuid[])
      with ordinality as asked (key, task, digest, owner_id, place)
    order by asked.place`);
  return inBatches(MOST_TOGETHER, async (batch) => {
    const rows = await run<SeenBefore>(statement, {
      keys: batch.map(({ resultKey }) => resultKey),
      tasks: batch.map(({ model }) => model.task),
      digests: batch.map(({ model }) => model.digest),
      owners: batch.map(({ ownerId }) => ownerId),
    });
    return rows.map((value) => ({ status: "fulfilled", value }));
  });
}

/** Keeps what was seen for the next who asks; what comes at once shares a statement. */
export type KeepSeen = (result: { key: string; seen: SeenWire }) => Promise<void>;

export function keepingSeen({ run }: Pick<Connection, "run">): KeepSeen {
  const statement = fixed(sql`
    insert into ${seeingResults} (key, seen)
    select key, seen from jsonb_to_recordset(${sql.placeholder("kept")}::jsonb) as kept (key text, seen jsonb)
    on conflict do nothing`);
  return inBatches(MOST_TOGETHER, async (batch) => {
    await run(statement, { kept: JSON.stringify(batch) });
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
