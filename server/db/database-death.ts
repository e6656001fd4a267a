import type { PGlite } from "@electric-sql/pglite";

/** The status by which PGlite's Postgres says that it has only given up a statement (an ERROR, by longjmp). */
const GAVE_UP_A_STATEMENT = 100;

/**
 * Calls `onDeath` when the Postgres inside PGlite dies, as it does by a PANIC when it can't write its log (a full disk).
 * PGlite takes no notice: its loop runs on in the dead program for ever, and blocks this process with it.
 */
export function watchForDeath(database: Pick<PGlite, "Module">, onDeath: (cause: unknown) => never): void {
  const { Module: postgres } = database;
  const step = postgres._PostgresMainLoopOnce;
  postgres._PostgresMainLoopOnce = () => {
    try {
      step();
    } catch (thrown) {
      if ((thrown as { status?: unknown } | null)?.status !== GAVE_UP_A_STATEMENT) onDeath(thrown);
      throw thrown;
    }
  };
}
