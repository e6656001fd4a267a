import { sql } from "drizzle-orm";
import { connect } from "./connect.ts";

const PAUSE_MILLISECONDS = 100;
const LONGEST_MILLISECONDS = 120_000;

/** What a database that is still starting answers: no socket yet, no listener yet, or SQLSTATE 57P03. */
const STARTING = new Set([
  "ENOENT",
  "ECONNREFUSED",
  "ECONNRESET",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "57P03",
]);

function isStarting(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return STARTING.has(String(code)) || (cause !== undefined && isStarting(cause));
}

/**
 * Resolves when the database answers; any other error than that it is still starting is thrown at once. The API's
 * process and its database may thus be started in any order.
 */
export async function waitForDatabase(databaseUrl: string): Promise<void> {
  const until = Date.now() + LONGEST_MILLISECONDS;
  for (;;) {
    const { database, close } = connect(databaseUrl, 1);
    try {
      await database.execute(sql`select 1`);
      return;
    } catch (error) {
      if (!isStarting(error) || Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    } finally {
      await close();
    }
  }
}
