import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../package-root.ts";
import { builtProgram } from "./built-programs.ts";
import { WORKER_TOKEN, type TestServer } from "./test-server.ts";

export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Kills it and removes its folder. */
  close(): Promise<void>;
}

/**
 * The GPU worker's own process, which draws tiny models for a server. As on a host of its own it has a data folder of its
 * own, and the server's address and the worker token, and nothing else.
 *
 * @param terms.models below models/tiny, beside those of the repository
 * @param terms.prepare puts more into its data folder before it starts
 */
export function startWorkerProcess(
  { url }: Pick<TestServer, "url">,
  terms: {
    models?: readonly string[];
    prepare?: (dataFolder: string) => void;
    environment?: Record<string, string>;
  } = {},
): WorkerProcess {
  const dataFolder = mkdtempSync(join(tmpdir(), "easel-worker-"));
  for (const model of terms.models ?? ["sd"])
    cpSync(packageRoot("models/tiny", model), join(dataFolder, "models", `tiny-${model}`), {
      recursive: true,
    });
  terms.prepare?.(dataFolder);
  const child = spawn(process.execPath, builtProgram("gpu-worker/main"), {
    env: {
      PATH: process.env["PATH"],
      DATA_DIR: dataFolder,
      EASEL_SERVER_URL: url,
      EASEL_WORKER_TOKEN: WORKER_TOKEN,
      LOG_LEVEL: "error",
      ...terms.environment,
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
