import { setTimeout } from "node:timers/promises";
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import pg from "pg";
import type { FixedStatement } from "./fixed-statement.ts";
import { listen } from "./listen.ts";
import * as schema from "./schema.ts";
import { WatchedClient } from "./watched-client.ts";

export type Database = NodePgDatabase<typeof schema>;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

export interface Connection {
  database: Database;
  /** One statement beside drizzle, its values as parameters: sql`select ${1}::int as one`. Answers the rows. */
  sql: (strings: TemplateStringsArray, ...values: unknown[]) => Promise<Record<string, unknown>[]>;
  /** Runs a statement whose text was made once. Answers the rows, as Postgres names them. */
  run: <Row>(statement: FixedStatement, values: Readonly<Record<string, unknown>>) => Promise<Row[]>;
  /** Hears NOTIFY on a channel until the connection is closed, by a session of its own. */
  listen: (channel: string, onPayload: (payload: string) => void) => Promise<void>;
  close: () => Promise<void>;
}

/** Postgres ends by itself what its client has lost sight of: the locks of a half-open session must not stay. */
const STATEMENT_MILLISECONDS = 20_000;
const IDLE_IN_TRANSACTION_MILLISECONDS = 30_000;
/** For a connection to be made, or for one of the pool to be free. */
const CONNECT_MILLISECONDS = 10_000;
const CLOSE_MILLISECONDS = 3000;

/**
 * The folder of a Unix socket in a DATABASE_URL such as `postgres://postgres@localhost/postgres?host=/run/easel`,
 * libpq's form; undefined for an ordinary URL.
 */
export function socketFolder(databaseUrl: string): string | undefined {
  const host = new URL(databaseUrl).searchParams.get("host");
  return host?.startsWith("/") === true ? host : undefined;
}

/**
 * What node-postgres needs to reach a database. Over a network no answer is waited for without end; the embedded
 * database's socket can't be half-open, and its clients take turns, which may take as long as a backup.
 *
 * @param patient leaves the time-outs for statements out: a migration takes as long as it takes
 */
export function poolOptions(databaseUrl: string, patient = false): pg.PoolConfig {
  const folder = socketFolder(databaseUrl);
  if (folder !== undefined)
    return { host: folder, user: "postgres", database: "postgres", Client: WatchedClient };
  return {
    connectionString: databaseUrl,
    Client: WatchedClient,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    keepAlive: true,
    ...(patient
      ? {}
      : {
          statement_timeout: STATEMENT_MILLISECONDS,
          idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MILLISECONDS,
        }),
  };
}

/** Opens a pool of at most `max` connections; the embedded database takes the same URL form and driver. */
export function connect(databaseUrl: string, max = 8, terms: { patient?: boolean } = {}): Connection {
  const pool = new pg.Pool({ ...poolOptions(databaseUrl, terms.patient), max });
  // A connection that breaks while nobody uses it is replaced by the next that is needed.
  pool.on("error", () => {});
  const listeners: (() => Promise<void>)[] = [];
  return {
    database: drizzle(pool, { schema }),
    async sql(strings, ...values) {
      const text = strings.reduce((before, part, index) => `${before}$${index}${part}`);
      return (await pool.query<Record<string, unknown>>(text, values)).rows;
    },
    async run<Row>({ text, parameters }: FixedStatement, values: Readonly<Record<string, unknown>>) {
      return (await pool.query(text, parameters(values))).rows as Row[];
    },
    async listen(channel, onPayload) {
      listeners.push(await listen(poolOptions(databaseUrl), channel, onPayload));
    },
    async close() {
      const ended = Promise.all([pool.end(), ...listeners.map((stop) => stop())]);
      // A connection in use is waited for, but not for ever.
      await Promise.race([ended, setTimeout(CLOSE_MILLISECONDS, undefined, { ref: false })]);
    },
  };
}
