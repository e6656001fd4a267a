import { once } from "node:events";
import { createReadStream, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** A host that knows files alone: no routes, no fallback page, and only the headers that it was told. */
export class StaticHost {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    // localhost is a secure context without https.
    this.url = `http://localhost:${(server.address() as AddressInfo).port}`;
  }

  static async start(folder: string, headers: Readonly<Record<string, string>> = {}): Promise<StaticHost> {
    const root = resolve(folder);
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://host");
      const file = join(root, decodeURIComponent(pathname === "/" ? "/index.html" : pathname));
      void stat(file).then(
        (found) => {
          if (!found.isFile() || !file.startsWith(root + sep)) return void response.writeHead(404).end();
          const type = TYPES[extname(file)] ?? "application/octet-stream";
          response.writeHead(200, { ...headers, "Content-Type": type, "Content-Length": found.size });
          createReadStream(file).pipe(response);
        },
        () => response.writeHead(404).end("Not found"),
      );
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new StaticHost(server);
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

/** What `_headers` asks a host to send with every file. */
export function askedHeaders(path: string): Record<string, string> {
  const [, every = ""] = /^\/\*\n((?: {2}.*\n)+)/.exec(readFileSync(path, "utf8")) ?? [];
  return Object.fromEntries(
    [...every.matchAll(/^ {2}([\w-]+): (.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}
