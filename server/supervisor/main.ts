/**
 * `npm start`: runs the embedded database, the API and the local GPU workers as processes of their own, starts
 * again what crashes, and ends all of them on Ctrl-C or SIGTERM, the workers first and the database last.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { ApiMessage } from "../api/main.ts";
import { lockFolder } from "../db/data-folder-lock.ts";
import { createLog } from "../log.ts";
import { reachableHost } from "../reachable-host.ts";
import { keptSecret } from "../secrets.ts";
import { readSettings, SettingsError, type Settings } from "../settings.ts";
import { openTls, TlsError, type Tls } from "../tls/open-tls.ts";
import { announcement } from "./announcement.ts";
import { Child } from "./child.ts";

/** Longer than a worker needs on a slow machine. */
const FIRST_WORKER_MILLISECONDS = 30_000;
const STOP_MILLISECONDS = { workers: 4000, api: 6500, database: 2500 };

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Ends before anything was started: the reason is one clear line. */
function refuse(line: string): never {
  process.stderr.write(`Easel can't start: ${line}\n`);
  process.exit(1);
}

function settingsOrRefuse(): Settings {
  try {
    return readSettings();
  } catch (error) {
    if (error instanceof SettingsError) refuse(error.message);
    throw error;
  }
}

const settings = settingsOrRefuse();
const log = createLog(settings.LOG_LEVEL, "supervisor");
const children: { workers: Child[]; api?: Child; database?: Child } = { workers: [] };
let stopping = false;
let exitCode = 0;

try {
  mkdirSync(settings.DATA_DIR, { recursive: true, mode: 0o700 });
} catch (error) {
  refuse(`DATA_DIR ${settings.DATA_DIR} can't be made: ${(error as Error).message}`);
}
const lock = await lockFolder(settings.DATA_DIR, "server");
if (lock === undefined) {
  refuse(
    `another Easel already uses the data directory ${settings.DATA_DIR}. End it first, or set DATA_DIR to another folder.`,
  );
}

/** Opened here first, where a file that can't be used ends the start with a clear line; the API opens it again. */
async function tlsOrRefuse(): Promise<Tls | undefined> {
  try {
    return await openTls(settings);
  } catch (error) {
    if (error instanceof TlsError) refuse(error.message);
    throw error;
  }
}
const tls = await tlsOrRefuse();

const socketFolder = mkdtempSync(join(tmpdir(), "easel-"));

/** The whole takes at most 10 s (R24); a second signal does not hurry it. */
async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  exitCode = code;
  // Workers hand their jobs back to an API that still answers; the database goes when nobody needs it.
  await Promise.all(children.workers.map((worker) => worker.stop(STOP_MILLISECONDS.workers)));
  await children.api?.stop(STOP_MILLISECONDS.api);
  await children.database?.stop(STOP_MILLISECONDS.database);
  rmSync(socketFolder, { recursive: true, force: true });
  process.exit(exitCode);
}
process.on("SIGINT", () => void stop(0));
process.on("SIGTERM", () => void stop(0));

/** Starts the embedded database and answers its URL; the API waits until it answers. */
function startDatabase(): string {
  const windows = process.platform === "win32";
  const socket = windows ? "54329" : join(socketFolder, ".s.PGSQL.5432");
  children.database = new Child({
    name: "database",
    program: "db/embedded-main",
    arguments: [settings.DATA_DIR, socket],
    environment: process.env,
    log,
    // A crashed database leaves its socket's file behind, which the next one could not bind.
    onExit: () => {
      if (!windows) rmSync(socket, { force: true });
      return true;
    },
  });
  return windows
    ? `postgres://postgres@127.0.0.1:${socket}/postgres`
    : `postgres://postgres@localhost/postgres?host=${encodeURIComponent(socketFolder)}`;
}

/** Starts the API; resolves with its port once it answers. */
async function startApi(environment: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve) => {
    children.api = new Child({
      name: "api",
      program: "api/main",
      environment,
      log,
      onMessage: (message) => {
        const told = message as ApiMessage;
        if (told.type === "ready") resolve(told.port);
        else {
          process.stderr.write(
            `Easel can't start: port ${settings.PORT} is in use. Set PORT to another one.\n`,
          );
          void stop(1);
        }
      },
      onExit: (code) => code !== 4,
    });
  });
}

/** Until a worker has asked for work; one that can't start is no reason to wait for ever, its log says why. */
async function firstWorker(address: string): Promise<void> {
  const end = Date.now() + FIRST_WORKER_MILLISECONDS;
  while (Date.now() < end && !stopping) {
    const ready = await fetch(`${address}/ready`).catch(() => undefined);
    if (ready?.ok === true) return;
    await wait(250);
  }
}

const workerToken = settings.EASEL_WORKER_TOKEN ?? keptSecret(settings.DATA_DIR, "worker-token");
keptSecret(settings.DATA_DIR, "admin-token");
const embedded = settings.DATABASE_URL === undefined;
const port = await startApi({
  ...process.env,
  ...(embedded ? { EASEL_EMBEDDED_DATABASE_URL: startDatabase() } : {}),
});
for (let index = 0; index < settings.WORKERS; index++) {
  children.workers.push(
    new Child({
      name: `gpu-worker ${index + 1}`,
      program: "gpu-worker/main",
      environment: {
        ...process.env,
        EASEL_WORKER_TOKEN: workerToken,
        EASEL_SERVER_URL: `http://${reachableHost(settings.HOST)}:${port}`,
      },
      log,
    }),
  );
}
if (settings.WORKERS > 0) await firstWorker(`http://${reachableHost(settings.HOST)}:${port}`);
for (const line of announcement(settings, port, tls)) say(line);
