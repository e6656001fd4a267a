import { existsSync } from "node:fs";
import { copyFile, cp, link, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { EaselError } from "../../src/contracts/errors.ts";
import { INCOMING } from "../storage/disk-store.ts";

/** What a data folder's state is; models come again from where they came from. */
const PARTS = ["postgres", "objects", "secrets"] as const;
const NOTE = "easel-backup.json";
const FORMAT = 1;

const noteSchema = z.object({ format: z.literal(FORMAT), created_at: z.iso.datetime() });

/**
 * Copies a data folder's database, objects and secrets. Nobody may write to the database meanwhile: what its files
 * hold then is what they would hold had the process been killed, from which it recovers. Objects never change, so a
 * link is a copy. The note that makes it a backup is written last.
 *
 * @throws EaselError conflict where `to` holds something already, or `dataFolder` no database
 */
export async function copyDataOut(dataFolder: string, to: string): Promise<void> {
  const database = join(dataFolder, "postgres");
  if (!existsSync(database)) {
    throw new EaselError("conflict", `${dataFolder} holds no database to copy.`, {
      hint: "Set DATA_DIR to the folder that the server runs on.",
    });
  }
  if (existsSync(to) && (await readdir(to)).length > 0) {
    throw new EaselError("conflict", `${to} holds something already.`, { hint: "Name a new folder." });
  }
  await mkdir(to, { recursive: true, mode: 0o700 });
  await cp(database, join(to, "postgres"), { recursive: true });
  await copySecrets(dataFolder, to);
  await linkTree(join(dataFolder, "objects"), join(to, "objects"), INCOMING);
  await writeFile(join(to, NOTE), JSON.stringify({ format: FORMAT, created_at: new Date().toISOString() }));
}

/**
 * Makes a data folder of a backup. It appears part by part, the database last, so that one broken off is no database.
 *
 * @throws EaselError conflict where there is a database already, invalid_request where `from` is no backup
 */
export async function copyDataIn(from: string, dataFolder: string): Promise<{ createdAt: string }> {
  const note = await readFile(join(from, NOTE), "utf8").catch(() => "null");
  const parsed = noteSchema.safeParse(JSON.parse(note));
  if (!parsed.success) {
    throw new EaselError("invalid_request", `${from} is no whole backup: ${NOTE} should say so.`, {
      hint: "Name the folder that `easel backup` wrote.",
    });
  }
  for (const part of PARTS) {
    if (part === "secrets" || !existsSync(join(dataFolder, part))) continue;
    throw new EaselError("conflict", `${dataFolder} holds ${part} already: nothing was restored.`, {
      hint: "Move that folder away, or set DATA_DIR to a new one.",
    });
  }
  await mkdir(dataFolder, { recursive: true });
  await copySecrets(from, dataFolder);
  await linkTree(join(from, "objects"), join(dataFolder, "objects"));
  const half = join(dataFolder, "postgres.restoring");
  await rm(half, { recursive: true, force: true });
  await cp(join(from, "postgres"), half, { recursive: true });
  await rename(half, join(dataFolder, "postgres"));
  return { createdAt: parsed.data.created_at };
}

/** There are none where the operator's settings give them all. */
async function copySecrets(from: string, to: string): Promise<void> {
  const secrets = join(from, "secrets");
  if (existsSync(secrets)) await cp(secrets, join(to, "secrets"), { recursive: true });
}

/** Files that are half written stay out; one that goes meanwhile is nobody's. */
async function linkTree(from: string, to: string, without?: string): Promise<void> {
  await mkdir(to, { recursive: true });
  if (!existsSync(from)) return;
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.name === without) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await linkTree(source, target);
    else if (entry.isFile()) await linkOrCopy(source, target);
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to).catch(() => copyFile(from, to));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
