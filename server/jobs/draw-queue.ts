import { randomUUID } from "node:crypto";
import { sql, type SQL } from "drizzle-orm";
import { fromDrizzle, PgBoss, type Db } from "pg-boss";
import { z } from "zod";
import { LEASE_SECONDS } from "../../src/contracts/worker.ts";
import { poolOptions, type Database, type Transaction } from "../db/connect.ts";
import type { Logger } from "../log.ts";

/** Jobs that failed for good end here, each once; `redrive` sends them back. */
export const DEAD_LETTERS = "dead-letters";

/** The first attempt and two more. */
const MAX_ATTEMPTS = 3;

/**
 * Seconds after the last heartbeat at which an attempt is given up (reconcile.ts). A dead worker's job must be running
 * elsewhere within LEASE_SECONDS: the rest is for noticing it, which takes up to 1 s, and for a busy machine.
 */
export const ATTEMPT_SECONDS = LEASE_SECONDS - 5;

/** pg-boss would wait before it gives a lost attempt's job again; it looks only after what nobody reconciled. */
const BACKSTOP_SECONDS = 4 * ATTEMPT_SECONDS;

/** An attempt that hangs on with heartbeats is ended after this long. */
const LONGEST_ATTEMPT_SECONDS = 3600;

/** One attempt at a job: pg-boss fences every call with it, so a lost attempt changes nothing. */
export interface Attempt {
  model: string;
  jobId: string;
  retryCount: number;
}

/** A job to be made ready. Its priority is minus the fair queue's tag: smaller tags first. */
export interface NewJob {
  jobId: string;
  imageId: string;
  tag: number;
  /** Attempts after the next one; left out: as many as a new job has. */
  retriesLeft?: number;
}

/** A job that failed for good: its id there, and its picture. */
export interface DeadLetter {
  id: string;
  imageId: string;
}

interface JobData {
  imageId: string;
}

/**
 * pg-boss as the one truth about who may draw what: a queue per model, every call inside the transaction that
 * changes the picture's row.
 */
export class DrawQueue {
  readonly #boss: PgBoss;
  readonly #known = new Map<string, Promise<void>>();

  constructor(databaseUrl: string, log: Logger) {
    this.#boss = new PgBoss({
      ...poolOptions(databaseUrl),
      max: 3,
      schedule: false,
      superviseIntervalSeconds: 10,
      monitorIntervalSeconds: 10,
      maintenanceIntervalSeconds: 600,
      monitorVacuum: false,
    });
    this.#boss.on("error", (error) => log.error({ err: error }, "The job queue reports an error."));
    this.#boss.on("warning", (warning) => log.warn({ warning }, "The job queue reports a warning."));
  }

  async start(): Promise<void> {
    await this.#boss.start();
    await this.#boss.createQueue(DEAD_LETTERS, { retentionSeconds: 90 * 24 * 3600 });
  }

  async stop(): Promise<void> {
    await this.#boss.stop({ graceful: false });
  }

  /**
   * Makes a model's queue. It must be called before a transaction that uses the queue: pg-boss looks a queue that
   * it does not know up on a connection of its own, which on the embedded database would wait for ours for ever.
   */
  async ensure(model: string): Promise<void> {
    let made = this.#known.get(model);
    if (made === undefined) {
      made = this.#make(model);
      this.#known.set(model, made);
      made.catch(() => this.#known.delete(model));
    }
    await made;
  }

  async #make(model: string): Promise<void> {
    const name = queueName(model);
    await this.#boss.createQueue(name, {
      heartbeatSeconds: BACKSTOP_SECONDS,
      expireInSeconds: LONGEST_ATTEMPT_SECONDS,
      retryLimit: MAX_ATTEMPTS - 1,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 60,
      deadLetter: DEAD_LETTERS,
      deleteAfterSeconds: 24 * 3600,
    });
    await this.#boss.findJobs(name, { id: randomUUID() });
  }

  /** Makes a model's jobs ready, under the ids given. */
  async enqueue(transaction: Transaction, model: string, jobs: readonly NewJob[]): Promise<void> {
    const statement = await this.enqueueing(model, jobs);
    const { rows } = await transaction.execute(statement);
    if (rows.length !== jobs.length) throw notTaken(rows.length, jobs.length);
  }

  /** pg-boss' own statement for it, to be a part of ours: a row for each job that it takes. */
  async enqueueing(model: string, jobs: readonly NewJob[]): Promise<SQL> {
    let statement = sql``;
    const db: Db = {
      executeSql: (text, values = []) => {
        statement = composed(text, values);
        return Promise.resolve({ rows: [] });
      },
    };
    const wanted = jobs.map(({ jobId, imageId, tag, retriesLeft }) => ({
      id: jobId,
      data: { imageId } satisfies JobData,
      priority: -tag,
      ...(retriesLeft === undefined ? {} : { retryLimit: retriesLeft }),
    }));
    await this.#boss.insert(queueName(model), wanted, { db, returnId: true });
    return statement;
  }

  /**
   * Takes a model's next job, and does in the same statement what follows: `then` continues pg-boss' own statement, whose
   * row it finds as `taken` (id, data, "retryCount"). Answers its rows; none: there was no job.
   */
  async take<Row extends Record<string, unknown>>(
    database: Database,
    model: string,
    then: SQL,
  ): Promise<Row[]> {
    let rows: Row[] = [];
    const db: Db = {
      executeSql: async (text, values = []) => {
        const told = await database.execute(sql`with taken as (${composed(text, values)}), ${then}`);
        rows = told.rows as Row[];
        return { rows: [] };
      },
    };
    await this.#boss.fetch(queueName(model), { db, batchSize: 1 });
    return rows;
  }

  /** False: the attempt is no longer the job's current one. The same for the calls below. */
  async touch(transaction: Transaction, attempt: Attempt): Promise<boolean> {
    return settled(
      await this.#boss.touch(queueName(attempt.model), fence(attempt), { db: inside(transaction) }),
    );
  }

  async complete(transaction: Transaction, attempt: Attempt): Promise<boolean> {
    const options = { db: inside(transaction) };
    return settled(await this.#boss.complete(queueName(attempt.model), fence(attempt), null, options));
  }

  /** Fails the attempt: the job waits for its next one, or goes to the dead letters after the last. */
  async fail(transaction: Transaction, attempt: Attempt, reason: object): Promise<boolean> {
    const options = { db: inside(transaction) };
    return settled(await this.#boss.fail(queueName(attempt.model), fence(attempt), reason, options));
  }

  /** How many attempts the job has after its present one. */
  async retriesLeft(transaction: Transaction, attempt: Attempt): Promise<number> {
    const job = await this.#find(transaction, attempt);
    return job === undefined ? 0 : job.retryLimit - job.retryCount;
  }

  /**
   * Ends the attempt and makes its job ready again at once, with `retriesLeft` more attempts after the next. Answers
   * the new job's id; undefined: the attempt is no longer the job's current one.
   */
  async restart(
    transaction: Transaction,
    attempt: Attempt,
    job: { imageId: string; tag: number; retriesLeft: number },
  ): Promise<string | undefined> {
    const options = { db: inside(transaction) };
    const gone = await this.#boss.deleteJob(queueName(attempt.model), fence(attempt), options);
    if (!settled(gone)) return undefined;
    const jobId = randomUUID();
    await this.enqueue(transaction, attempt.model, [{ jobId, ...job }]);
    return jobId;
  }

  /** Cancels a job whatever its attempt. */
  async cancel(transaction: Transaction, job: { model: string; jobId: string }): Promise<void> {
    await this.#boss.cancel(queueName(job.model), job.jobId, { db: inside(transaction) });
  }

  /** What became of a job: waiting again, running, over, or no longer known. */
  async state(
    transaction: Transaction,
    job: { model: string; jobId: string },
  ): Promise<"waiting" | "active" | "over" | "gone"> {
    const found = await this.#find(transaction, job);
    if (found === undefined) return "gone";
    if (found.state === "created" || found.state === "retry") return "waiting";
    return found.state === "active" ? "active" : "over";
  }

  async #find(transaction: Transaction, { model, jobId }: { model: string; jobId: string }) {
    const options = { id: jobId, db: inside(transaction) };
    const [found] = await this.#boss.findJobs(queueName(model), options);
    return found;
  }

  /** The jobs that failed for good. */
  async deadLetters(): Promise<DeadLetter[]> {
    const jobs = await this.#boss.findJobs<JobData>(DEAD_LETTERS, { queued: true });
    return jobs.map(({ id, data }) => ({ id, imageId: data.imageId }));
  }

  /** Sends these dead letters back to their queues; answers how many were still there. */
  async redrive(transaction: Transaction, letters: readonly DeadLetter[]): Promise<number> {
    const ids = letters.map(({ id }) => id);
    return this.#boss.redrive(DEAD_LETTERS, { ids, limit: ids.length, db: inside(transaction) });
  }
}

export function notTaken(taken: number, wanted: number): Error {
  return new Error(`pg-boss took ${taken} of ${wanted} jobs.`);
}

/** pg-boss takes letters, digits and `_-./` in a queue's name; every other character is spelled by its code. */
function queueName(model: string): string {
  return `draw.${model.replace(/[^\w.\-/]/g, (character) => `_${character.codePointAt(0)?.toString(16) ?? ""}_`)}`;
}

function fence(attempt: Attempt): { id: string; retryCount: number } {
  return { id: attempt.jobId, retryCount: attempt.retryCount };
}

/** pg-boss' answer, whose declared type leaves its fields out. */
const commandResponse = z.object({ affected: z.number() });

function settled(response: object): boolean {
  return commandResponse.parse(response).affected === 1;
}

/**
 * pg-boss on our transaction. Drizzle gives values as they are to the driver's statement, so objects are written here.
 */
function inside(transaction: Transaction): Db {
  const adapter = fromDrizzle({ execute: (query) => transaction.execute(query as never) }, sql);
  return {
    executeSql: (text, values) =>
      adapter.executeSql(
        text,
        values?.map((value) => (isPlainObject(value) ? JSON.stringify(value) : value)),
      ),
  };
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A statement of pg-boss with its values in it, to be a part of another one. */
function composed(text: string, values: readonly unknown[]): SQL {
  const parts = text.split(/\$(\d+)/);
  return sql.join(
    parts.map((part, index) => (index % 2 === 0 ? sql.raw(part) : sql.param(values[Number(part) - 1]))),
  );
}
