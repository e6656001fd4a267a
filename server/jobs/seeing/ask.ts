import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { EaselError, type ErrorWire } from "../../../src/contracts/errors.ts";
import { toCamel } from "../../../src/contracts/casing.ts";
import type { SeenWire } from "../../../src/contracts/prediction.ts";
import { orphanObjects, seeingJobs } from "../../db/schema.ts";
import type { SeeingModel } from "../../models/seeing-shelf.ts";
import { extensionOf } from "../../storage/object-store.ts";
import { removeObjects } from "../orphans.ts";
import type { Services } from "../services.ts";
import { Waiter } from "../waiter.ts";
import { queueOf } from "./queue-name.ts";
import { lookBefore, resultKeyOf } from "./results.ts";

/** Besides being woken: another API server's words may not reach this one. */
const POLL_MILLISECONDS = 1000;
/** Requests that wait at once; each may hold a picture in the object store. */
const MOST_OF_OWNER = 64;
const MOST_IN_ALL = 1024;
/** Longer than any request waits. */
const ORPHAN_AFTER_SECONDS = 1200;

/** A text, or a picture's file and what its first bytes say it is. */
export type SeeingInput = { text: string } | { bytes: Uint8Array; contentType: string };

export interface SeeingQuestion {
  ownerId: string;
  model: Pick<SeeingModel, "task" | "digest">;
  input: SeeingInput;
}

/**
 * Has a worker look at something and waits for what it sees; what was seen before is answered at once.
 *
 * @param signal aborts when whoever asked has gone
 * @returns the job's id, under which its picture lay, and what was seen
 * @throws EaselError what the worker says of the input; queue_full; no_backend where no worker is there; timed_out
 *   where none answered in time
 */
export async function see(
  services: Services,
  question: SeeingQuestion,
  signal: AbortSignal,
): Promise<{ id: string; seen: SeenWire }> {
  const { ownerId, model, input } = question;
  const { metrics, settings } = services;
  const started = performance.now();
  const id = randomUUID();
  const resultKey = settings.RESULT_CACHE
    ? resultKeyOf(model, "text" in input ? input.text : input.bytes)
    : null;
  const before = await lookBefore(services.connection.database, { ownerId, resultKey, model });
  if (before.seen !== null) {
    metrics.predictions.inc({ task: model.task, outcome: "cached" });
    return { id, seen: before.seen };
  }
  requireRoom(before);
  if (!before.attended) {
    metrics.predictions.inc({ task: model.task, outcome: "unattended" });
    throw unattended();
  }
  const objectKey = "text" in input ? null : await keepInput(services, id, input);
  try {
    const seen = await waitFor(services, { ...question, id, resultKey, objectKey }, signal);
    metrics.predictions.inc({ task: model.task, outcome: "seen" });
    metrics.predictionSeconds.observe({ task: model.task }, (performance.now() - started) / 1000);
    return { id, seen };
  } catch (error) {
    const late = error instanceof EaselError && error.code === "timed_out";
    metrics.predictions.inc({ task: model.task, outcome: late ? "timed_out" : "failed" });
    throw error;
  } finally {
    // Nobody waits for it: what fails here is swept.
    if (objectKey !== null) void removeObjects(services, [objectKey]);
  }
}

function requireRoom({ ofOwner, inAll }: { ofOwner: number; inAll: number }): void {
  if (ofOwner < MOST_OF_OWNER && inAll < MOST_IN_ALL) return;
  throw new EaselError(
    "queue_full",
    ofOwner < MOST_OF_OWNER
      ? "The server has as many requests waiting to be seen as it takes."
      : `You already have ${MOST_OF_OWNER} requests waiting to be seen.`,
    { hint: "Wait until some are answered." },
  );
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

async function waitFor(
  services: Services,
  job: SeeingQuestion & { id: string; resultKey: string | null; objectKey: string | null },
  signal: AbortSignal,
): Promise<SeenWire> {
  const { hub, connection, notifier, stopping, settings } = services;
  const { id, model, input, ownerId, resultKey, objectKey } = job;
  const wait = settings.SEEING_WAIT_SECONDS;
  const limit = AbortSignal.timeout(wait * 1000);
  const over = AbortSignal.any([signal, stopping, limit]);
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
          now() + ${wait} * interval '1 second')
        returning id
      ) select ${notifier.announcement(ready)} from asked`);
    notifier.wake(ready);
    for (;;) {
      await waiter.wait(POLL_MILLISECONDS);
      const answer = await takeAnswer(services, id, over.aborted);
      if (answer?.seen) return answer.seen;
      if (answer?.error) throw EaselError.fromFailure(toCamel(answer.error));
      if (over.aborted) throw unanswered(signal.aborted || stopping.aborted, wait);
    }
  } finally {
    unwatch();
    over.removeEventListener("abort", wake);
  }
}

/** The job goes with its answer; `inAnyCase` without one too, since nobody waits any more. */
async function takeAnswer(
  { connection }: Services,
  id: string,
  inAnyCase: boolean,
): Promise<{ seen: SeenWire | null; error: ErrorWire | null } | undefined> {
  const answered = inAnyCase ? sql`true` : sql`(seen is not null or error is not null)`;
  const { rows } = await connection.database.execute<{ seen: SeenWire | null; error: ErrorWire | null }>(
    sql`delete from ${seeingJobs} where id = ${id} and ${answered} returning seen, error`,
  );
  return rows[0];
}

function unattended(): EaselError {
  return new EaselError("no_backend", "No worker is there that has loaded what this is seen with.", {
    hint: "A GPU worker must run (WORKERS, or one on another machine) that has the same model as the server. One that has just started loads it first. Its log says if it could not.",
  });
}

function unanswered(gone: boolean, wait: number): EaselError {
  if (gone) return new EaselError("interrupted", "The request ended before a worker had answered.");
  return new EaselError("timed_out", `No worker answered within ${wait} s.`, {
    hint: "A GPU worker must run (WORKERS, or one on another machine) that has the same model as the server. Its log says if it could not load it.",
  });
}
