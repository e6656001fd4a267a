import { sql } from "drizzle-orm";
import { connect } from "./connect.ts";
import { isDatabaseUnavailable } from "./unavailable.ts";

const PAUSE_MILLISECONDS = 100;
const LONGEST_MILLISECONDS = 120_000;

/**
 * Resolves when the database answers; any other error than that it is not there yet is thrown at once. The API's
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
      if (!isDatabaseUnavailable(error) || Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    } finally {
      await close();
    }
  }
}
