import { cp, rename, rm } from "node:fs/promises";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { EaselError } from "../../src/contracts/errors.ts";
import { copyDataIn, copyDataOut } from "../backup/copy-data.ts";
import { backupsFolder, requireEmbedded } from "../backup/live-backup.ts";
import { lockFolder } from "../db/data-folder-lock.ts";
import { readSettings } from "../settings.ts";
import { adminApi } from "./administration.ts";
import { UsageError } from "./usage.ts";

export const BACKUP_USAGE = `backup FOLDER | restore FOLDER
    The embedded database, the pictures on disk and the secrets of DATA_DIR into a new folder, whether
    or not the server runs; and back into an empty DATA_DIR, while none runs. Models are left out.`;

/** `easel backup`: through the server that runs, or of the folder when none does. */
export async function backupCommand([folder, ...rest]: readonly string[]): Promise<string[]> {
  if (folder === undefined || rest.length > 0) throw new UsageError("backup needs one new folder.");
  const settings = readSettings();
  requireEmbedded(settings);
  const to = resolve(folder);
  if (!existsSync(join(settings.DATA_DIR, "postgres")))
    throw new UsageError(`${settings.DATA_DIR} holds no data: set DATA_DIR as the server has it.`);
  if (existsSync(to)) throw new EaselError("conflict", `${to} is there already: name a new folder.`);
  const lock = await lockFolder(settings.DATA_DIR, "server");
  try {
    if (lock !== undefined) await copyDataOut(settings.DATA_DIR, to);
    else await move(join(backupsFolder(settings.DATA_DIR), await adminApi(settings).backup()), to);
  } finally {
    await lock?.release();
  }
  return [
    `All of ${settings.DATA_DIR} but its models is in ${to}. It holds secrets: keep it as safe as them.`,
  ];
}

/** `easel restore`: into a data folder that no server uses and that holds no data. */
export async function restoreCommand([folder, ...rest]: readonly string[]): Promise<string[]> {
  if (folder === undefined || rest.length > 0) throw new UsageError("restore needs the folder of a backup.");
  const { DATA_DIR } = readSettings();
  mkdirSync(DATA_DIR, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(DATA_DIR, "server");
  if (lock === undefined)
    throw new EaselError("conflict", `A server uses ${DATA_DIR}: stop it, or set DATA_DIR to a new folder.`);
  try {
    const { createdAt } = await copyDataIn(resolve(folder), DATA_DIR);
    return [`${DATA_DIR} is as it was on ${createdAt}.`];
  } finally {
    await lock.release();
  }
}

/** To another disk it has to be copied. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    await cp(from, to, { recursive: true });
    await rm(from, { recursive: true });
  }
}
