import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createServer, isIPv4, type Server as NetServer, type Socket } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import type { Tls } from "../tls/open-tls.ts";
import { plainApp } from "../tls/plain-app.ts";
import type { ApiEnvironment } from "./context.ts";

/** How long running replies get to end after the server was told to stop. */
const DRAIN_MILLISECONDS = 5000;

/**
 * How long an idle connection stays open: longer than a proxy in front keeps its own (nginx: 60 s), else the proxy's next
 * request may meet the close, and is answered with 502.
 */
const KEEP_ALIVE_MILLISECONDS = 75_000;

/** A connection that says nothing is closed: what it speaks is not known before. */
const FIRST_BYTE_MILLISECONDS = 10_000;

/** The first byte of a TLS connection: a handshake record (RFC 8446, section 5.1). */
const TLS_HANDSHAKE = 22;

type App = Pick<Hono<ApiEnvironment>, "fetch">;

export interface Listening {
  port: number;
  /** Takes no new connections, lets running replies end, then closes what is left. */
  close(): Promise<void>;
}

/**
 * Serves the app. With certificates it speaks https and http on the same port: other devices are led from http to https,
 * this machine's own programs may stay with http.
 *
 * The promise fails with EADDRINUSE where the port is taken.
 *
 * @param isOwn whether a connection over http comes from this machine
 */
export async function listen(
  app: App,
  address: { port: number; host: string },
  tls?: Tls,
  isOwn = fromThisMachine,
): Promise<Listening> {
  const own = serving(app);
  const [front, servers] = tls === undefined ? [own, [own]] : bothProtocols(app, own, tls, isOwn);
  const sockets = new Set<Socket>();
  front.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    front.once("error", reject);
    front.listen(address.port, address.host, () => {
      front.off("error", reject);
      resolve();
    });
  });
  const bound = front.address();
  if (bound === null || typeof bound === "string") throw new Error("The server listens on no port.");
  return { port: bound.port, close: () => drain(front, servers, sockets) };
}

function serving(app: { fetch: App["fetch"] }): Server {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
  return server;
}

/** By its first byte a connection is handed to the server that speaks its protocol. */
function bothProtocols(
  app: App,
  own: Server,
  tls: Tls,
  isOwn: (socket: Socket) => boolean,
): [front: NetServer, servers: Server[]] {
  const secure = createAdaptorServer({
    fetch: app.fetch,
    createServer: createSecureServer,
    serverOptions: { cert: tls.cert, key: tls.key },
  }) as unknown as Server<typeof IncomingMessage, typeof ServerResponse>;
  secure.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
  const others = serving(plainApp(tls.authority));
  const servers = [own, secure, others];
  // They listen themselves on nothing; it is by this word that they watch over slow and idle connections.
  for (const server of servers) server.emit("listening");
  const front = createServer((socket) => {
    socket.setTimeout(FIRST_BYTE_MILLISECONDS, () => socket.destroy());
    socket.once("error", () => socket.destroy());
    socket.once("readable", () => {
      const first = socket.read() as Buffer | null;
      if (first === null) return;
      socket.setTimeout(0);
      socket.unshift(first);
      const server = first[0] === TLS_HANDSHAKE ? secure : isOwn(socket) ? own : others;
      server.emit("connection", socket);
    });
  });
  return [front, servers];
}

/** Whether it comes from this machine, on which a page over http is as safe as over https. */
export function fromThisMachine({
  remoteAddress = "",
  localAddress,
}: Pick<Socket, "remoteAddress" | "localAddress">): boolean {
  // HOST may be an address of the network: this machine's own programs call there, and from there.
  if (remoteAddress !== "" && remoteAddress === localAddress) return true;
  const address = remoteAddress.replace(/^::ffff:/, "");
  return isIPv4(address) ? address.startsWith("127.") : address === "::1";
}

async function drain(
  front: NetServer,
  servers: readonly Server[],
  sockets: ReadonlySet<Socket>,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, DRAIN_MILLISECONDS);
    front.close(() => {
      clearTimeout(timer);
      resolve();
    });
    for (const server of servers) server.closeIdleConnections();
  });
}
