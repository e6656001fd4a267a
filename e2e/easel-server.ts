import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildWhatIsStale } from "../scripts/build.mjs";
import { newDataFolder } from "../server/tests/embedded-database.ts";

const projectRoot = fileURLToPath(new URL("..", import.meta.url));
const READY_WITHIN_MS = 90_000;

/** A whole Easel as `npm start` runs it: its own port, its own data directory. */
export class EaselServer {
  readonly url: string;
  readonly dataDir: string;
  readonly #port: number;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #output = "";

  private constructor(port: number, dataDir: string, env: NodeJS.ProcessEnv) {
    this.#port = port;
    this.dataDir = dataDir;
    this.url = `http://localhost:${port}`;
    this.#env = env;
  }

  /** With an empty database, as a first start leaves it behind: making one takes ten seconds of a processor. */
  static async start(env: NodeJS.ProcessEnv = {}): Promise<EaselServer> {
    await buildWhatIsStale(undefined, ["server"]);
    return EaselServer.#startIn(await newDataFolder(), env);
  }

  /** The first start, in an empty data directory. */
  static async startFirst(): Promise<EaselServer> {
    return EaselServer.#startIn(await mkdtemp(join(tmpdir(), "easel-e2e-")), {});
  }

  static async #startIn(dataDir: string, env: NodeJS.ProcessEnv): Promise<EaselServer> {
    const server = new EaselServer(await freePort(), dataDir, env);
    await server.run();
    return server;
  }

  /** Starts the processes and resolves with the line that says Easel is ready. */
  async run(): Promise<void> {
    const child = spawn(process.execPath, ["scripts/start.mjs"], {
      cwd: projectRoot,
      env: { ...process.env, ...this.#env, PORT: String(this.#port), DATA_DIR: this.dataDir },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    this.#output = "";
    await new Promise<void>((resolve, reject) => {
      const give = setTimeout(() => reject(this.#failure("was not ready in time")), READY_WITHIN_MS);
      const read = (chunk: Buffer) => {
        this.#output += String(chunk);
        if (!this.#output.includes("Easel is ready")) return;
        clearTimeout(give);
        resolve();
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.once("exit", () => {
        clearTimeout(give);
        reject(this.#failure("ended before it was ready"));
      });
    });
  }

  /** Ends it as Ctrl-C does and answers how it went. The data directory stays. */
  async halt(): Promise<{ status: number | null; milliseconds: number }> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null)
      return { status: child?.exitCode ?? null, milliseconds: 0 };
    const started = performance.now();
    const ended = once(child, "exit");
    child.kill("SIGINT");
    await ended;
    return { status: child.exitCode, milliseconds: performance.now() - started };
  }

  async dispose(): Promise<void> {
    await this.halt();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  #failure(what: string): Error {
    return new Error(`The server ${what}. It printed:\n${this.#output}`);
  }
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("The system gave no port.");
  return address.port;
}
