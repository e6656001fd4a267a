import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keepPrivate } from "../private-folder.ts";

/**
 * Makes a database's folder ready to be opened, and answers what is to be called once it is open.
 *
 * PGlite unpacks a new cluster file by file, and takes one that a killed start left half unpacked for a whole one, which
 * Postgres then can't open, ever. So a file says that a cluster is still being made; nobody was told that such a one is
 * ready, it holds nothing yet, and is made anew.
 */
export function beginCluster(folder: string): { whole: () => void } {
  const unfinished = join(folder, "easel-unfinished");
  if (existsSync(unfinished)) rmSync(folder, { recursive: true });
  // Prompts stand in it: it is closed before anything is written, whatever the umask lets others read.
  keepPrivate(folder);
  if (existsSync(join(folder, "PG_VERSION"))) return { whole: () => undefined };
  writeFileSync(unfinished, "");
  return { whole: () => rmSync(unfinished) };
}
