import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownerCreatedSchema } from "../../src/contracts/owner.ts";
import { uploadSchema } from "../../src/contracts/upload.ts";
import { createApp } from "../api/app.ts";
import { listen } from "../api/listen.ts";
import { openServices } from "../api/open-services.ts";
import { migrate } from "../db/migrate.ts";
import type { Services } from "../jobs/services.ts";
import { upkeep } from "../jobs/upkeep.ts";
import { createLog } from "../log.ts";
import { packageRoot } from "../package-root.ts";
import { parseSettings } from "../settings.ts";
import type { TestDatabase } from "./embedded-database.ts";

export const WORKER_TOKEN = "a-worker-token-for-tests";
export const ADMIN_TOKEN = "an-admin-token-for-tests";

/** The whole API on a database and a store, on a port of its own, with the models of the repository. */
export class TestServer {
  readonly url: string;
  readonly services: Services;
  readonly #close: () => Promise<void>;

  private constructor(url: string, services: Services, close: () => Promise<void>) {
    this.url = url;
    this.services = services;
    this.#close = close;
  }

  static async start(database: TestDatabase, environment: Record<string, string> = {}): Promise<TestServer> {
    const dataFolder = mkdtempSync(join(tmpdir(), "easel-test-"));
    const settings = parseSettings({
      DATA_DIR: dataFolder,
      EASEL_WORKER_TOKEN: WORKER_TOKEN,
      EASEL_ADMIN_TOKEN: ADMIN_TOKEN,
      // Tests are quick, and all come from one address.
      RATE_PER_OWNER: "0",
      RATE_PER_ADDRESS: "0",
      LOG_LEVEL: "error",
      ...environment,
    });
    const stopping = new AbortController();
    await migrate(database.url);
    const { services, close } = await openServices(settings, createLog(settings.LOG_LEVEL, "test"), {
      databaseUrl: database.url,
      embedded: database.embedded,
      stopping: stopping.signal,
      modelFolders: [packageRoot("models", "tiny"), packageRoot("models"), join(settings.DATA_DIR, "models")],
    });
    const server = await listen(createApp(services, join(dataFolder, "app")), { port: 0, host: "127.0.0.1" });
    const work = upkeep(services);
    return new TestServer(`http://127.0.0.1:${server.port}`, services, async () => {
      stopping.abort();
      await server.close();
      await work;
      await close();
      rmSync(dataFolder, { recursive: true, force: true });
    });
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** A call with the admin token. */
  admin(method: string, path: string, body?: unknown): Promise<Response> {
    return new OwnerClient(this.url, ADMIN_TOKEN).call(method, path, body);
  }

  /** A new owner, by token. */
  owner(): Promise<OwnerClient> {
    return newOwner(this.url);
  }
}

/** A new owner of any server, by token. */
export async function newOwner(url: string): Promise<OwnerClient> {
  const response = await fetch(`${url}/api/owners`, { method: "POST" });
  const { token } = ownerCreatedSchema.parse(await response.json());
  return new OwnerClient(url, token);
}

/** One owner's calls. */
export class OwnerClient {
  readonly token: string;
  readonly #url: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.token = token;
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      method,
      signal: signal ?? null,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "manual",
    });
  }

  /** Asks for a picture of the tiny model and answers its id. */
  async ask(prompt: string, more: Record<string, unknown> = {}): Promise<string> {
    const response = await this.call("POST", "/api/generated-images", { prompt, model: "tiny-sd", ...more });
    if (response.status !== 201)
      throw new Error(`Asking was answered with ${response.status}: ${await response.text()}`);
    return ((await response.json()) as { id: string }).id;
  }

  /** Uploads a picture for a request and answers its id. */
  async upload(purpose: string, contentType: string, bytes: Uint8Array): Promise<string> {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const announced = { purpose, content_type: contentType, bytes: bytes.byteLength, sha256 };
    const response = await this.call("POST", "/api/uploads", announced);
    const { id, put } = uploadSchema.parse(await response.json());
    await fetch(put.url, { method: "PUT", headers: put.headers, body: Buffer.from(bytes) });
    const completed = await this.call("POST", `/api/uploads/${id}/complete`);
    if (completed.status !== 200) throw new Error(`Completing was answered with ${completed.status}.`);
    return id;
  }

  async get(path: string): Promise<Record<string, unknown>> {
    return (await (await this.call("GET", path)).json()) as Record<string, unknown>;
  }

  image(id: string): Promise<Record<string, unknown>> {
    return this.get(`/api/generated-images/${id}`);
  }
}
