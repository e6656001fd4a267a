import { pause } from "../pause.ts";
import type { DatabaseSocketServer } from "./socket-server.ts";

/** The first one soon: until then plans are made for empty tables. */
const FIRST_MILLISECONDS = 60_000;
const AGAIN_MILLISECONDS = 10 * 60_000;

/** Does what Postgres' autovacuum does, which PGlite lacks, until `signal` aborts. */
export async function keepVacuumed(server: DatabaseSocketServer, signal: AbortSignal): Promise<void> {
  for (let wait = FIRST_MILLISECONDS; !signal.aborted; wait = AGAIN_MILLISECONDS) {
    await pause(wait, signal);
    await vacuum(server, signal).catch((error: unknown) => {
      console.error("The embedded database could not be vacuumed; it is tried again:", error);
    });
  }
}

/**
 * Rows that nobody sees any more give their place back, and plans are made by what the tables hold now. One table a turn:
 * nobody waits for all of them.
 */
export async function vacuum(server: DatabaseSocketServer, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { rows } = await server.inTurn((database) =>
    database.query<{ name: string }>(`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')`),
  );
  for (const { name } of rows) {
    if (signal.aborted) return;
    await server.inTurn((database) => database.exec(`vacuum (analyze) ${name}`));
  }
}
