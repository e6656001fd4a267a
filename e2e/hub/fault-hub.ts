import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Answered, Fault } from "./faults.ts";
import { generatedBytes, generatedSha256 } from "./generated-bytes.ts";

/** Handed to the network at a time; small, so that little is on its way when a connection is cut. */
const PIECE = 16 * 1024;
/** The hub's large-file store takes what is larger; the rest has git's name only. */
const LARGE = 10_000;

interface HubFile {
  size: number;
  etag: string;
  /** `size` bytes of it from `start`. */
  read: (start: number, size: number) => Buffer;
}

/**
 * A stand-in for a model hub that does to its answers what networks and servers do. It serves
 * `/generated/SEED/SIZE` (bytes made from the seed), repositories (folders of this project) by the hub's API, and is
 * ruled by `/control/...`, so that a test in a browser can set its faults.
 */
export class FaultHub {
  readonly #servers: Server[];
  readonly #repositories: ReadonlyMap<string, string>;
  readonly #faults = new Map<string, Fault[]>();
  readonly #versions = new Map<string, number>();
  #log: Answered[] = [];
  /** Milliseconds between two pieces of a body; 0: as fast as it goes. */
  #pace = 0;

  private constructor(repositories: ReadonlyMap<string, string>) {
    this.#repositories = repositories;
    this.#servers = [0, 1].map(() =>
      createServer((request, response) => void this.#answer(request, response)),
    );
  }

  /** @param repositories `owner/name` and the folder that is its content */
  static async start(repositories: ReadonlyMap<string, string> = new Map()): Promise<FaultHub> {
    const hub = new FaultHub(repositories);
    for (const server of hub.#servers) {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
    }
    return hub;
  }

  get url(): string {
    return this.#urlOf(0);
  }

  fail(path: string, ...faults: Fault[]): void {
    this.#faults.set(path, faults);
  }

  get log(): readonly Answered[] {
    return this.#log;
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    }
  }

  #urlOf(index: number): string {
    const address = this.#servers[index]?.address();
    if (typeof address !== "object" || address === null) throw new Error("The hub is not listening.");
    return `http://127.0.0.1:${address.port}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    // Every origin may read, as on a real hub; a preflight is noted, so that a test can see that none was needed.
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader(
      "Access-Control-Expose-Headers",
      "ETag, Link, Content-Range, Accept-Ranges, Retry-After, X-Linked-Size, X-Linked-ETag",
    );
    if (url.pathname.startsWith("/control/")) return this.#control(url, request, response);
    const noted: Answered = {
      method: request.method ?? "GET",
      path: url.pathname,
      host: request.headers.host ?? "",
      authorization: request.headers.authorization ?? null,
      at: Date.now(),
      status: 0,
      start: 0,
      sent: 0,
    };
    this.#log.push(noted);
    response.once("close", () => (noted.status = response.statusCode));
    if (request.method === "OPTIONS") {
      response.setHeader("Access-Control-Allow-Headers", "Authorization");
      response.writeHead(204).end();
      return;
    }
    const api = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree)\//.exec(url.pathname);
    if (api !== null) return this.#answerApi(api[1] ?? "", api[2] ?? "", response);
    await this.#answerFile(url, request, response, noted);
  }

  #answerApi(repository: string, what: string, response: ServerResponse): void {
    const folder = this.#repositories.get(repository);
    if (folder === undefined) {
      response.writeHead(404).end(JSON.stringify({ error: "Repository not found" }));
      return;
    }
    response.setHeader("Content-Type", "application/json");
    const answer = what === "revision" ? { sha: commitOf(folder) } : listFolder(folder);
    response.end(JSON.stringify(answer));
  }

  async #answerFile(
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
    noted: Answered,
  ): Promise<void> {
    const path = url.pathname;
    const fault = this.#faults.get(path)?.shift();
    if (fault?.kind === "change") this.#versions.set(path, (this.#versions.get(path) ?? 0) + 1);
    const file = this.#find(path);
    if (file === undefined || fault?.kind === "status") {
      const status = fault?.kind === "status" ? fault.status : 404;
      if (fault?.kind === "status" && fault.retryAfterSeconds !== undefined)
        response.setHeader("Retry-After", String(fault.retryAfterSeconds));
      response.writeHead(status).end("no");
      return;
    }
    if (fault?.kind === "redirect") {
      response.writeHead(302, { Location: `${this.#urlOf(1)}${path}` }).end();
      return;
    }
    if (fault?.kind === "page") {
      const type = fault.typed ? "text/html; charset=utf-8" : "application/octet-stream";
      const page = Buffer.alloc(file.size, " ");
      page.write("<!doctype html><title>Sign in</title>");
      response.writeHead(200, { "Content-Type": type, "Content-Length": page.length }).end(page);
      return;
    }
    await this.#send(file, fault, request, response, noted);
  }

  async #send(
    file: HubFile,
    fault: Fault | undefined,
    request: IncomingMessage,
    response: ServerResponse,
    noted: Answered,
  ): Promise<void> {
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
    const ranged = asked !== null && fault?.kind !== "no_ranges";
    const start = ranged ? Number(asked[1]) : 0;
    const wrong = fault?.kind === "length" || fault?.kind === "silent_length" ? fault.change : 0;
    const total = Math.max(1, file.size + wrong);
    if (start >= total) {
      response.writeHead(416, { "Content-Range": `bytes */${total}` }).end();
      return;
    }
    noted.start = start;
    response.setHeader("Content-Type", "application/octet-stream");
    response.setHeader("ETag", file.etag);
    if (fault?.kind !== "silent_length") response.setHeader("Content-Length", total - start);
    if (ranged) {
      const said = fault?.kind === "silent_length" ? "*" : String(total);
      response.setHeader("Content-Range", `bytes ${start}-${total - 1}/${said}`);
    }
    response.writeHead(ranged ? 206 : 200);
    const early = fault?.kind === "cut" || fault?.kind === "hold" ? fault.after : total;
    const end = Math.min(total, start + early);
    const piece = fault?.kind === "drip" ? fault.bytes : PIECE;
    const pause = fault?.kind === "drip" ? fault.milliseconds : this.#pace;
    for (let at = start; at < end && !response.destroyed;) {
      const bytes = file.read(at, Math.min(pause === 0 ? 1024 * 1024 : piece, end - at));
      const sent = fault?.kind === "alter" && at === start ? altered(bytes) : bytes;
      noted.sent += sent.length;
      at += sent.length;
      if (!response.write(sent)) await drained(response);
      if (pause > 0) await wait(pause);
    }
    if (end === total) response.end();
    else if (fault?.kind === "hold") await once(response, "close");
    // What was written still arrives, and then the connection ends before its time.
    else response.socket?.end();
  }

  #find(path: string): HubFile | undefined {
    const version = this.#versions.get(path) ?? 0;
    const generated = /^\/generated\/(\d+)\/(\d+)$/.exec(path);
    if (generated !== null) {
      const seed = Number(generated[1]) + version * 1_000_003;
      const read = (start: number, size: number) => generatedBytes(seed, start, size);
      return { size: Number(generated[2]), etag: `"generated-${seed}"`, read };
    }
    const resolved = /^\/([^/]+\/[^/]+)\/resolve\/[^/]+\/(.+)$/.exec(decodeURI(path));
    const folder = this.#repositories.get(resolved?.[1] ?? "");
    if (folder === undefined || resolved?.[2]?.includes("..") !== false) return undefined;
    try {
      const bytes = readFileSync(join(folder, resolved[2]));
      const etag = `"${sha256(bytes).slice(0, 32)}"`;
      return { size: bytes.length, etag, read: (start, size) => bytes.subarray(start, start + size) };
    } catch {
      return undefined;
    }
  }

  async #control(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const what = url.pathname.slice("/control/".length);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString() || "{}") as {
      path?: string;
      faults?: Fault[];
      pace?: number;
    };
    if (what === "faults") this.#faults.set(body.path ?? "", body.faults ?? []);
    if (what === "reset") {
      this.#faults.clear();
      this.#versions.clear();
      this.#log = [];
      this.#pace = body.pace ?? 0;
    }
    const [, seed, size] = /^sha256\/(\d+)\/(\d+)$/.exec(what) ?? [];
    if (seed !== undefined) {
      response.end(JSON.stringify(generatedSha256(Number(seed), Number(size))));
      return;
    }
    const left = Object.fromEntries([...this.#faults].map(([path, faults]) => [path, faults.length]));
    response.end(JSON.stringify({ log: this.#log, left }));
  }
}

/** Until more can be written, or nobody listens any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off("drain", go).off("close", go);
      resolve();
    };
    response.on("drain", go).on("close", go);
  });
}

function altered(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[0] = (copy[0] ?? 0) ^ 1;
  return copy;
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A commit's name that follows from the content. */
function commitOf(folder: string): string {
  return sha256(Buffer.from(JSON.stringify(listFolder(folder)))).slice(0, 40);
}

/** As the hub's tree API lists it; our own manifest is nothing that a hub has. */
function listFolder(folder: string) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "manifest.json")
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const bytes = readFileSync(path);
      const oid = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
      const lfs =
        bytes.length > LARGE ? { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 134 } } : {};
      return { type: "file", path: relative(folder, path), size: bytes.length, oid, ...lfs };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
