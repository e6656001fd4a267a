/**
 * The embedded database, a process of its own: `node embedded-main.js DATA_DIR SOCKET`. SOCKET is a Unix socket's
 * path, or a port of 127.0.0.1 where there are no such sockets. It tells its parent `ready` or `locked` by IPC, and
 * ends with its parent.
 */
import { join } from "node:path";
import { lockFolder } from "./data-folder-lock.ts";
import { watchForDeath } from "./database-death.ts";
import { DatabaseSocketServer } from "./socket-server.ts";
import { keepVacuumed } from "./vacuum.ts";
import { beginCluster } from "./whole-cluster.ts";

export type EmbeddedMessage = { type: "ready" } | { type: "locked" };

const [dataFolder, address] = process.argv.slice(2);
if (dataFolder === undefined || address === undefined)
  throw new Error("Usage: embedded-main DATA_DIR SOCKET");

function tell(message: EmbeddedMessage): void {
  process.send?.(message);
}

const lock = await lockFolder(dataFolder, "database");
if (lock === undefined) {
  tell({ type: "locked" });
  process.exitCode = 3;
  process.disconnect();
} else {
  // PGlite takes no lock of its own, and a second opener would destroy the data: it is loaded only under ours.
  const folder = join(dataFolder, "postgres");
  const cluster = beginCluster(folder);
  const { PGlite } = await import("@electric-sql/pglite");
  const database = await PGlite.create({ dataDir: folder }).catch((error: unknown) => {
    // Not thrown on: Node would print the line it came from, and PGlite's lines have hundreds of kilobytes.
    const said = error instanceof Error ? error.message : String(error);
    console.error(
      `The database in ${folder} can't be opened, it may be damaged or its disk full. It was left as it is; "easel restore" makes a data folder of a backup. Postgres said: ${said}`,
    );
    process.exit(1);
  });
  cluster.whole();
  watchForDeath(database, (cause) => {
    console.error("The embedded database's Postgres died; is the disk full?", cause);
    // It is started again, and recovers from its log: nobody was told of what is not in there.
    process.exit(1);
  });
  const server = new DatabaseSocketServer(database);
  await server.listen(/^\d+$/.test(address) ? { port: Number(address) } : { path: address });

  const stopping = new AbortController();
  const vacuuming = keepVacuumed(server, stopping.signal);
  const stop = async () => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    await server.close();
    await vacuuming;
    await database.close();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  // Ctrl-C reaches the whole process group: the supervisor decides when the database goes, last of all.
  process.on("SIGINT", () => {});
  process.once("disconnect", () => void stop());
  tell({ type: "ready" });
}
