import { createHash } from "node:crypto";
import { statSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A name that belongs to the folder itself (device and inode), so that two paths to one folder meet.
 * On Linux an abstract socket, on Windows a named pipe: both vanish with their holder. Elsewhere a socket file,
 * which can outlive its holder and is asked whether someone still answers.
 */
function lockAddress(folder: string, purpose: string): { address: string; file: boolean } {
  const { dev, ino } = statSync(folder, { bigint: true });
  const name = `easel-${purpose}-${createHash("sha256").update(`${dev}:${ino}`).digest("hex").slice(0, 32)}`;
  if (process.platform === "linux") return { address: `\0${name}`, file: false };
  if (process.platform === "win32") return { address: `\\\\.\\pipe\\${name}`, file: false };
  return { address: join(tmpdir(), `${name}.sock`), file: true };
}

function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => resolve(server));
  });
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes the lock on a data folder for one purpose, or answers undefined when another process holds it. The kernel
 * lets go of it when the holder dies, however it dies.
 */
export async function lockFolder(
  folder: string,
  purpose: "server" | "database" | "models",
): Promise<FolderLock | undefined> {
  const { address, file } = lockAddress(folder, purpose);
  let server = await listen(address);
  if (server === undefined && file && !(await answers(address))) {
    unlinkSync(address);
    server = await listen(address);
  }
  if (server === undefined) return undefined;
  const held = server;
  // The lock alone keeps no process running.
  held.unref();
  return { release: () => new Promise<void>((resolve) => held.close(() => resolve())) };
}
