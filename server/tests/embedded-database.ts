import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openEmbedded } from "../db/open-embedded.ts";
import { packageRoot } from "../package-root.ts";
import { builtProgram } from "./built-programs.ts";

export interface TestDatabase {
  url: string;
  embedded: boolean;
  close: () => Promise<void>;
}

/** An empty cluster, made once: PGlite takes seconds to make one, and a moment to open a copy. */
const TEMPLATE = packageRoot(".cache", "embedded-database-template");

/** The embedded database as the server runs it: its own process, its own socket, an empty database. */
export async function startEmbeddedDatabase(): Promise<TestDatabase> {
  return open(await newDataFolder());
}

/** A data folder with an empty database in it, as a first start leaves it behind. */
export async function newDataFolder(): Promise<string> {
  if (!existsSync(TEMPLATE)) await makeTemplate();
  const dataFolder = mkdtempSync(join(tmpdir(), "easel-data-"));
  cpSync(TEMPLATE, dataFolder, { recursive: true });
  return dataFolder;
}

async function makeTemplate(): Promise<void> {
  mkdirSync(dirname(TEMPLATE), { recursive: true });
  const aside = mkdtempSync(`${TEMPLATE}-`);
  await (await open(aside, true)).close();
  try {
    renameSync(aside, TEMPLATE);
  } catch (error) {
    // Another file's tests, which run beside these, made it meanwhile.
    if (!existsSync(TEMPLATE)) throw error;
    rmSync(aside, { recursive: true, force: true });
  }
}

async function open(dataFolder: string, keep = false): Promise<TestDatabase> {
  const database = await openEmbedded(dataFolder, builtProgram("db/embedded-main"));
  if (database === undefined) throw new Error("The test's own data folder is locked.");
  return {
    url: database.url,
    embedded: true,
    async close() {
      await database.close();
      if (!keep) rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
