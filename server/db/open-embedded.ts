import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EaselError } from "../../src/contracts/errors.ts";
import { programArguments } from "../supervisor/program.ts";
import type { EmbeddedMessage } from "./embedded-main.ts";

export interface EmbeddedDatabase {
  url: string;
  /** Ends the database's process and waits until it is gone. */
  close(): Promise<void>;
}

/**
 * Opens a data folder's embedded database in a process of its own, on a socket of its own. Undefined: another process
 * has it open.
 *
 * @param program what node is given to run that process
 * @throws EaselError internal where that process ends before it is ready
 */
export async function openEmbedded(
  dataFolder: string,
  program = programArguments("db/embedded-main"),
): Promise<EmbeddedDatabase | undefined> {
  const socketFolder = mkdtempSync(join(tmpdir(), "easel-socket-"));
  const windows = process.platform === "win32";
  const socket = windows ? "54328" : join(socketFolder, ".s.PGSQL.5432");
  const child = spawn(process.execPath, [...program, dataFolder, socket], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    }
    rmSync(socketFolder, { recursive: true, force: true });
  };
  const message = await firstMessage(child).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  if (message.type !== "ready") {
    await close();
    return undefined;
  }
  const url = windows
    ? `postgres://postgres@127.0.0.1:${socket}/postgres`
    : `postgres://postgres@localhost/postgres?host=${encodeURIComponent(socketFolder)}`;
  return { url, close };
}

async function firstMessage(child: ChildProcess): Promise<EmbeddedMessage> {
  const heard = new AbortController();
  const { signal } = heard;
  try {
    return await Promise.race([
      once(child, "message", { signal }).then(([message]) => message as EmbeddedMessage),
      once(child, "exit", { signal }).then(([code, killedBy]: unknown[]) => {
        throw new EaselError(
          "internal",
          `The embedded database ended (${String(killedBy ?? code)}) while it started.`,
          {
            hint: "What it said stands above. `easel restore` makes a data folder of a backup.",
          },
        );
      }),
    ]);
  } finally {
    heard.abort();
  }
}
