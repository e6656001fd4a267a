import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { EmbeddedMessage } from "../db/embedded-main.ts";
import { packageRoot } from "../package-root.ts";
import { programArguments } from "../supervisor/program.ts";

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
  renameSync(aside, TEMPLATE);
}

async function open(dataFolder: string, keep = false): Promise<TestDatabase> {
  const socketFolder = mkdtempSync(join(tmpdir(), "easel-socket-"));
  const child = spawn(
    process.execPath,
    [...programArguments("db/embedded-main"), dataFolder, join(socketFolder, ".s.PGSQL.5432")],
    { stdio: ["ignore", "inherit", "inherit", "ipc"] },
  );
  const [message] = (await once(child, "message")) as [EmbeddedMessage];
  if (message.type !== "ready") throw new Error("The test's own data folder is locked.");
  return {
    url: `postgres://postgres@localhost/postgres?host=${encodeURIComponent(socketFolder)}`,
    embedded: true,
    async close() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
      rmSync(socketFolder, { recursive: true, force: true });
      if (!keep) rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
