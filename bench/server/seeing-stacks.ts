import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { freePort } from "../../server/tests/free-port.ts";
import { until } from "../../server/tests/until.ts";
import { startOurs } from "./easel-stack.ts";
import { hasProgram, installPeers, peerProgram, PEERS } from "./peer-environment.ts";
import { pictureForm, predict } from "./picture-load.ts";

/** A server that says what is in a picture, as the measurements see it. */
export interface SeeingStack {
  name: string;
  url: string;
  headers: () => Promise<Record<string, string>>;
  close: () => Promise<void>;
}

const STARTED_WITHIN_MILLISECONDS = 60_000;

/** Easel with one worker, which sees with easel-eyes. */
export async function startOurEyes(name: string, databaseUrl?: string): Promise<SeeingStack> {
  return ready(await startOurs(name, databaseUrl, 1));
}

/** Undefined, with a line that says why, where Python is not there. */
export async function startPeerEyes(): Promise<SeeingStack | undefined> {
  if (!hasProgram("python3", ["-m", "venv", "--help"])) {
    console.log("  The peer is left out: it needs Python with venv (bench/peers/README.md).");
    return undefined;
  }
  installPeers();
  const port = await freePort();
  const address = ["--host", "127.0.0.1", "--port", String(port)];
  const quiet = ["--no-access-log", "--log-level", "warning"];
  const child = spawn(peerProgram("uvicorn"), ["see:app", ...address, ...quiet], {
    cwd: PEERS,
    env: { ...process.env, EYES: resolve("models/easel-eyes") },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return ready({
    name: "FastAPI, a thread pool, onnxruntime",
    url: `http://127.0.0.1:${port}`,
    headers: () => Promise.resolve({}),
    async close() {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
    },
  });
}

/** Once it has seen a picture: what sees is loaded. */
async function ready(stack: SeeingStack): Promise<SeeingStack> {
  const form = pictureForm();
  await until(`${stack.name} sees`, STARTED_WITHIN_MILLISECONDS, async () =>
    predict(stack.url, await stack.headers(), form).catch(() => false),
  );
  return stack;
}
