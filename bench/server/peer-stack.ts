import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../server/tests/free-port.ts";
import { until } from "../../server/tests/until.ts";
import { hasProgram, installPeers, peerProgram, PEERS } from "./peer-environment.ts";
import { HANDS, type Stack } from "./stack.ts";

const STARTED_WITHIN_MILLISECONDS = 60_000;

/** Undefined, with a line that says why, where Python or Redis is not there. */
export async function startPeer(databaseUrl: string): Promise<Stack | undefined> {
  if (!hasProgram("redis-server", ["--version"]) || !hasProgram("python3", ["-m", "venv", "--help"])) {
    console.log(
      "  The peer is left out: it needs Python with venv, and redis-server (bench/peers/README.md).",
    );
    return undefined;
  }
  installPeers();
  const folder = mkdtempSync(join(tmpdir(), "easel-peer-"));
  const [redisPort, port] = [await freePort(), await freePort()];
  const environment = {
    REDIS_URL: `redis://127.0.0.1:${redisPort}/0`,
    DATABASE_URL: databaseUrl.replace(/^postgres:/, "postgresql+psycopg:"),
  };
  const children: ChildProcess[] = [];
  const run = (program: string, args: string[]) => {
    const child = spawn(program, args, {
      cwd: PEERS,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "ignore", "inherit"],
    });
    children.push(child);
  };
  const redis = ["--port", String(redisPort), "--bind", "127.0.0.1", "--dir", folder];
  run("redis-server", [
    ...redis,
    "--appendonly",
    "yes",
    "--appendfsync",
    "everysec",
    "--loglevel",
    "warning",
  ]);
  const uvicorn = [
    "--host",
    "127.0.0.1",
    "--port",
    String(port),
    "--no-access-log",
    "--log-level",
    "warning",
  ];
  run(peerProgram("uvicorn"), ["app:app", ...uvicorn]);
  const url = `http://127.0.0.1:${port}`;
  const starts = async () => {
    const told = (await (await fetch(`${url}/starts`)).json()) as Record<string, number>;
    return new Map(Object.entries(told).map(([id, seconds]) => [id, seconds * 1000]));
  };
  await until("the peer answers", STARTED_WITHIN_MILLISECONDS, () =>
    starts().then(
      () => true,
      () => false,
    ),
  );
  return {
    name: "FastAPI, SQLAlchemy, Dramatiq, Redis",
    url,
    headers: () => Promise.resolve({}),
    async startWorkers() {
      // One process, as ours.
      const threads = ["--processes", "1", "--threads", String(HANDS)];
      run(peerProgram("dramatiq"), ["jobs", ...threads]);
      return Promise.resolve({ starts });
    },
    async close() {
      for (const child of children.reverse()) {
        child.kill("SIGTERM");
        if (child.exitCode === null) await once(child, "exit");
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
