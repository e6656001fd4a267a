/**
 * The API process. It keeps no state of its own: the database and the object store hold everything. It tells its
 * parent `ready` or `port-in-use` by IPC and ends with it.
 */
import { migrate } from "../db/migrate.ts";
import { waitForDatabase } from "../db/wait-for-database.ts";
import { upkeep } from "../jobs/upkeep.ts";
import { createLog } from "../log.ts";
import { packageRoot } from "../package-root.ts";
import { readSettings } from "../settings.ts";
import { openTls } from "../tls/open-tls.ts";
import { createApp } from "./app.ts";
import { listen, type Listening } from "./listen.ts";
import { openServices } from "./open-services.ts";

export type ApiMessage = { type: "ready"; port: number } | { type: "port-in-use" };

/** Set by the supervisor when it runs the embedded database. */
const embeddedUrl = process.env["EASEL_EMBEDDED_DATABASE_URL"];
const settings = readSettings();
const databaseUrl = settings.DATABASE_URL ?? embeddedUrl;
if (databaseUrl === undefined)
  throw new Error("The API process needs DATABASE_URL; `npm start` provides an embedded one.");

const log = createLog(settings.LOG_LEVEL, "api");
const stopping = new AbortController();
const tell = (message: ApiMessage) => process.send?.(message);

await waitForDatabase(databaseUrl);
await migrate(databaseUrl);
const { services, close } = await openServices(settings, log, {
  databaseUrl,
  embedded: settings.DATABASE_URL === undefined,
  stopping: stopping.signal,
});
const address = { port: settings.PORT, host: settings.HOST };
const app = createApp(services, packageRoot("dist/app"));
const listening = await listen(app, address, await openTls(settings)).catch((error: unknown) => {
  if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
  tell({ type: "port-in-use" });
  return undefined;
});

if (listening === undefined) {
  await close();
  process.exit(4);
} else {
  await run(listening);
}

async function run(server: Listening): Promise<void> {
  const work = upkeep(services);
  const stopped = new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("disconnect", resolve);
    // Ctrl-C reaches the whole process group: the supervisor says when it is the API's turn.
    process.on("SIGINT", () => {});
  });
  tell({ type: "ready", port: server.port });
  await stopped;
  stopping.abort();
  await server.close();
  await work;
  await close();
  process.exit(0);
}
