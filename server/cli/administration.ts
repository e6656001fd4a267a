import { existsSync } from "node:fs";
import { connect, type Database } from "../db/connect.ts";
import { lockFolder } from "../db/data-folder-lock.ts";
import { migrate } from "../db/migrate.ts";
import { openEmbedded } from "../db/open-embedded.ts";
import { reachableHost } from "../reachable-host.ts";
import { keptSecret } from "../secrets.ts";
import { readSettings, type Settings } from "../settings.ts";
import { AdminApi } from "./admin-api.ts";
import { UsageError } from "./usage.ts";

/** How a command reaches what it administers. */
export type Administration = { kind: "database"; database: Database } | { kind: "server"; api: AdminApi };

/** The running server's administration, found by its own settings. */
export function adminApi(settings: Settings): AdminApi {
  const token = settings.EASEL_ADMIN_TOKEN ?? keptSecret(settings.DATA_DIR, "admin-token");
  return new AdminApi(`http://${reachableHost(settings.HOST)}:${settings.PORT}`, token);
}

async function onDatabase<T>(url: string, work: (administration: Administration) => Promise<T>): Promise<T> {
  await migrate(url);
  const connection = connect(url, 1);
  try {
    return await work({ kind: "database", database: connection.database });
  } finally {
    await connection.close();
  }
}

/**
 * Works on the database of DATABASE_URL; or through the server that has the embedded one open; or, where none runs,
 * on the embedded database itself, under the lock that keeps a server from starting meanwhile.
 */
export async function withAdministration<T>(
  work: (administration: Administration) => Promise<T>,
): Promise<T> {
  const settings = readSettings();
  if (settings.DATABASE_URL !== undefined) return onDatabase(settings.DATABASE_URL, work);
  if (!existsSync(settings.DATA_DIR)) {
    throw new UsageError(
      `There is no data folder ${settings.DATA_DIR}: start Easel once, or set DATA_DIR as it has it.`,
    );
  }
  const lock = await lockFolder(settings.DATA_DIR, "server");
  const database = lock && (await openEmbedded(settings.DATA_DIR));
  try {
    if (database !== undefined) return await onDatabase(database.url, work);
    return await work({ kind: "server", api: adminApi(settings) });
  } finally {
    await database?.close();
    await lock?.release();
  }
}
