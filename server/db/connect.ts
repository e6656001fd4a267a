import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres, { type Sql } from "postgres";
import * as schema from "./schema.ts";

export type Database = PostgresJsDatabase<typeof schema>;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

export interface Connection {
  database: Database;
  /** The driver below, for LISTEN and NOTIFY. */
  sql: Sql;
  close: () => Promise<void>;
}

/**
 * The folder of a Unix socket in a DATABASE_URL such as `postgres://postgres@localhost/postgres?host=/run/easel`,
 * libpq's form; undefined for an ordinary URL.
 */
export function socketFolder(databaseUrl: string): string | undefined {
  const host = new URL(databaseUrl).searchParams.get("host");
  return host?.startsWith("/") === true ? host : undefined;
}

/** Opens a pool of at most `max` connections; the embedded database takes the same URL form and driver. */
export function connect(databaseUrl: string, max = 8): Connection {
  const folder = socketFolder(databaseUrl);
  const options = { max, onnotice: () => {}, connect_timeout: 10 };
  const sql =
    folder === undefined
      ? postgres(databaseUrl, options)
      : postgres({ ...options, path: `${folder}/.s.PGSQL.5432`, username: "postgres", database: "postgres" });
  return {
    database: drizzle(sql, { schema }),
    sql,
    close: () => sql.end({ timeout: 3 }),
  };
}

/** What node-postgres needs to reach the same database. */
export function poolOptions(
  databaseUrl: string,
): { connectionString: string } | { host: string; user: string; database: string } {
  const folder = socketFolder(databaseUrl);
  return folder === undefined
    ? { connectionString: databaseUrl }
    : { host: folder, user: "postgres", database: "postgres" };
}
