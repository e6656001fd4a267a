import { and, count, eq, gt, inArray, lt, sql, type SQL } from "drizzle-orm";
import type { SeeingTask } from "../../../src/contracts/prediction.ts";
import type { LoadedModel } from "../../../src/contracts/seeing-worker-routes.ts";
import type { Connection } from "../../db/connect.ts";
import { seeingWorkers } from "../../db/schema.ts";

/** A worker asks at least every 25 s, but for a batch under way. */
const LIVE_SECONDS = 60;
/** A busy worker asks many times a second. */
const WRITTEN_EVERY_MILLISECONDS = 1000;

const live = gt(seeingWorkers.lastSeenAt, sql`now() - ${LIVE_SECONDS} * interval '1 second'`);

/** Whether a statement's model is loaded by a worker that was heard of lately. */
export const attended = ({ task, digest }: { task: SQL; digest: SQL }) =>
  sql`exists (select from ${seeingWorkers} where ${seeingWorkers.task} = ${task} and ${seeingWorkers.digest} = ${digest} and ${live})`;

/** Which workers ask for something to see, and what they have loaded. */
export class SeeingPresence {
  readonly #connection: Pick<Connection, "database">;
  /** What was written last, by worker and tasks. */
  readonly #written = new Map<string, { at: number; what: string }>();

  constructor(connection: Pick<Connection, "database">) {
    this.#connection = connection;
  }

  async seen(workerId: string, models: readonly LoadedModel[]): Promise<void> {
    const who = nameOf(workerId, models);
    const what = JSON.stringify(models);
    const written = this.#written.get(who);
    const now = performance.now();
    if (written?.what === what && now - written.at < WRITTEN_EVERY_MILLISECONDS) return;
    await this.#connection.database
      .insert(seeingWorkers)
      .values(models.map(({ task, digest }) => ({ workerId, task, digest })))
      .onConflictDoUpdate({
        target: [seeingWorkers.workerId, seeingWorkers.task],
        set: { digest: sql`excluded.digest`, lastSeenAt: sql`now()` },
      });
    if (this.#written.size > 1000) this.#written.clear();
    this.#written.set(who, { at: now, what });
  }

  /** It hung up while it waited for something to see: it has ended, or asks again at once. */
  async gone(workerId: string, models: readonly LoadedModel[]): Promise<void> {
    this.#written.delete(nameOf(workerId, models));
    const tasks = models.map(({ task }) => task);
    await this.#connection.database
      .delete(seeingWorkers)
      .where(and(eq(seeingWorkers.workerId, workerId), inArray(seeingWorkers.task, tasks)));
  }

  /** How many workers have loaded a model for each task, whichever model that is. */
  async count(): Promise<Partial<Record<SeeingTask, number>>> {
    const rows = await this.#connection.database
      .select({ task: seeingWorkers.task, workers: count() })
      .from(seeingWorkers)
      .where(live)
      .groupBy(seeingWorkers.task);
    return Object.fromEntries(rows.map(({ task, workers }) => [task, workers]));
  }

  /** Forgets workers that were not heard of for a day. */
  async sweep(): Promise<void> {
    await this.#connection.database
      .delete(seeingWorkers)
      .where(lt(seeingWorkers.lastSeenAt, sql`now() - interval '1 day'`));
  }
}

const nameOf = (workerId: string, models: readonly LoadedModel[]): string =>
  JSON.stringify([workerId, models.map(({ task }) => task)]);
