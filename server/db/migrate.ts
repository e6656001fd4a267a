import { sql } from "drizzle-orm";
import { migrate as runMigrations } from "drizzle-orm/node-postgres/migrator";
import { connect } from "./connect.ts";
import { packageRoot } from "../package-root.ts";

/** Any number that no one else in the database uses: "easel" on a phone's keypad. */
const MIGRATION_LOCK = 32_735;

/**
 * Applies the numbered migrations that are missing. Several servers may start at once: a session's advisory lock
 * lets one of them work while the others wait.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const { database, close } = connect(databaseUrl, 1, { patient: true });
  try {
    await database.execute(sql`select pg_advisory_lock(${MIGRATION_LOCK})`);
    try {
      await runMigrations(database, { migrationsFolder: packageRoot("server/db/migrations") });
    } finally {
      await database.execute(sql`select pg_advisory_unlock(${MIGRATION_LOCK})`);
    }
  } finally {
    await close();
  }
}
