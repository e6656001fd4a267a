import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import type { ApiEnvironment } from "./context.ts";

/** How long running replies get to end after the server was told to stop. */
const DRAIN_MILLISECONDS = 5000;

/**
 * How long an idle connection stays open: longer than a proxy in front keeps its own (nginx: 60 s), else the proxy's next
 * request may meet the close, and is answered with 502.
 */
const KEEP_ALIVE_MILLISECONDS = 75_000;

export interface Listening {
  port: number;
  /** Takes no new connections, lets running replies end, then closes what is left. */
  close(): Promise<void>;
}

/** Serves the app. The promise fails with EADDRINUSE where the port is taken. */
export async function listen(
  app: Pick<Hono<ApiEnvironment>, "fetch">,
  address: { port: number; host: string },
): Promise<Listening> {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The server listens on no port.");
  return { port: bound.port, close: () => drain(server) };
}

async function drain(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MILLISECONDS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
