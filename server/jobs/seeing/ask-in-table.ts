import { sql } from "drizzle-orm";
import type { ErrorWire } from "../../../src/contracts/errors.ts";
import type { SeenWire } from "../../../src/contracts/prediction.ts";
import { orphanObjects, seeingJobs } from "../../db/schema.ts";
import { extensionOf } from "../../storage/object-store.ts";
import { removeObjects } from "../orphans.ts";
import type { Services } from "../services.ts";
import { Waiter } from "../waiter.ts";
import type { Answer, Question } from "./hand-over.ts";
import { queueOf } from "./queue-name.ts";

/** Besides being woken: another API server's words may not reach this one. */
const POLL_MILLISECONDS = 1000;
/** Longer than any request waits. */
const ORPHAN_AFTER_SECONDS = 1200;

/**
 * Lays a question where every server's workers look: a row in the table, and a picture's file in the object store. Both
 * go with its answer, or when nobody waits for that any more ("gone": `over` has aborted).
 *
 * @param seconds how long it waits at most
 */
export async function askInTable(
  services: Services,
  question: Question,
  terms: { over: AbortSignal; seconds: number },
): Promise<Answer | "gone"> {
  const { id, input } = question;
  const objectKey = "text" in input ? null : await keepInput(services, id, input);
  try {
    return await waitForRow(services, { ...question, objectKey }, terms);
  } finally {
    // Nobody waits for it: what fails here is swept.
    if (objectKey !== null) void removeObjects(services, [objectKey]);
  }
}

/** Puts a picture where a worker can get it, and answers its key. */
async function keepInput(
  services: Services,
  id: string,
  { bytes, contentType }: { bytes: Uint8Array; contentType: string },
): Promise<string> {
  const objectKey = `seeing/${id}/picture.${extensionOf(contentType)}`;
  const notBefore = sql`now() + ${ORPHAN_AFTER_SECONDS} * interval '1 second'`;
  await services.connection.database.insert(orphanObjects).values({ objectKey, notBefore });
  await services.store.put(objectKey, bytes, contentType);
  return objectKey;
}

async function waitForRow(
  { hub, connection, notifier }: Services,
  job: Question & { objectKey: string | null },
  { over, seconds }: { over: AbortSignal; seconds: number },
): Promise<Answer | "gone"> {
  const { id, model, input, ownerId, resultKey, objectKey } = job;
  const waiter = new Waiter();
  const wake = () => waiter.wake();
  // Those who wait for a job's answer are woken by its id, as those who watch a picture are.
  const unwatch = hub.onPicture(id, wake);
  over.addEventListener("abort", wake);
  const ready = { jobs: 1, model: queueOf(model) };
  try {
    const text = "text" in input ? input.text : null;
    await connection.database.execute(sql`
      with asked as (
        insert into ${seeingJobs} (id, owner_id, task, digest, result_key, text, object_key, deadline)
        values (${id}, ${ownerId}, ${model.task}, ${model.digest}, ${resultKey}, ${text}, ${objectKey},
          now() + ${seconds} * interval '1 second')
        returning id
      ) select ${notifier.announcement(ready)} from asked`);
    notifier.wake(ready);
    for (;;) {
      await waiter.wait(POLL_MILLISECONDS);
      const isOver = over.aborted;
      const answer = await takeAnswer(connection, id, isOver);
      if (answer?.seen) return { seen: answer.seen };
      if (answer?.error) return { error: answer.error };
      if (isOver) return "gone";
    }
  } finally {
    unwatch();
    over.removeEventListener("abort", wake);
  }
}

/** The job goes with its answer; `inAnyCase` without one too, since nobody waits any more. */
async function takeAnswer(
  connection: Services["connection"],
  id: string,
  inAnyCase: boolean,
): Promise<{ seen: SeenWire | null; error: ErrorWire | null } | undefined> {
  const answered = inAnyCase ? sql`true` : sql`(seen is not null or error is not null)`;
  const { rows } = await connection.database.execute<{ seen: SeenWire | null; error: ErrorWire | null }>(
    sql`delete from ${seeingJobs} where id = ${id} and ${answered} returning seen, error`,
  );
  return rows[0];
}
