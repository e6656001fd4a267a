import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../package-root.ts";
import { programArguments } from "../supervisor/program.ts";
import { WORKER_TOKEN, type TestServer } from "./test-server.ts";

export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Kills it and removes its folder. */
  close(): Promise<void>;
}

/** The GPU worker's own process, drawing the tiny model for a server. */
export function startWorkerProcess(server: TestServer): WorkerProcess {
  const dataFolder = mkdtempSync(join(tmpdir(), "easel-worker-"));
  cpSync(packageRoot("models/tiny/sd"), join(dataFolder, "models", "tiny-sd"), { recursive: true });
  const child = spawn(process.execPath, programArguments("gpu-worker/main"), {
    env: {
      ...process.env,
      DATA_DIR: dataFolder,
      EASEL_SERVER_URL: server.url,
      EASEL_WORKER_TOKEN: WORKER_TOKEN,
      LOG_LEVEL: "error",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return {
    child,
    async close() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
