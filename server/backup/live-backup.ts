import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { EaselError } from "../../src/contracts/errors.ts";
import type { Services } from "../jobs/services.ts";
import type { Settings } from "../settings.ts";
import { copyDataOut } from "./copy-data.ts";

/** The embedded database gives up on a connection that is silent for half a minute. */
const SIGN_OF_LIFE_MILLISECONDS = 5000;

/** Where a running server puts its copies: the command moves them to where they are wanted. */
export function backupsFolder(dataFolder: string): string {
  return join(dataFolder, "backups");
}

/** @throws EaselError conflict where the data is elsewhere */
export function requireEmbedded({ DATABASE_URL, S3_BUCKET }: Settings): void {
  if (DATABASE_URL === undefined && S3_BUCKET === undefined) return;
  throw new EaselError("conflict", "The data of this server is not all in its data folder.", {
    hint: "Back the database up with pg_dump, and the bucket with the store's own means.",
  });
}

/**
 * A copy of the data of the running server. The embedded database serves one connection at a time, so an open
 * transaction keeps everyone else waiting while its files are copied; nothing is refused or lost.
 *
 * @returns the copy's name below {@link backupsFolder}
 */
export async function liveBackup({ connection, settings }: Services): Promise<string> {
  requireEmbedded(settings);
  const folder = backupsFolder(settings.DATA_DIR);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = new Date().toISOString().replace(/\W/g, "");
  await connection.sql`checkpoint`;
  await connection.database.transaction(async (tx) => {
    const alive = setInterval(
      () => void tx.execute(sql`select 1`).catch(() => {}),
      SIGN_OF_LIFE_MILLISECONDS,
    );
    try {
      await copyDataOut(settings.DATA_DIR, join(folder, name));
    } finally {
      clearInterval(alive);
    }
  });
  return name;
}
