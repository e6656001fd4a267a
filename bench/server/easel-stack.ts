import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildWhatIsStale } from "../../scripts/build.mjs";
import { runningPrograms } from "../../server/tests/child-processes.ts";
import { startEasel } from "../../server/tests/easel-process.ts";
import { freePort } from "../../server/tests/free-port.ts";
import { newOwner } from "../../server/tests/test-server.ts";
import { bundleChild } from "../node-child.ts";
import { HANDS, type Stack } from "./stack.ts";

const TOKEN = "a-worker-token-of-the-bench";
/** All load comes from one address and a few owners. */
const UNLIMITED = {
  MAX_QUEUED_PER_OWNER: "1000000",
  MAX_QUEUED: "1000000",
  MAX_QUEUED_PER_ADDRESS: "0",
  RATE_PER_OWNER: "0",
  RATE_PER_ADDRESS: "0",
};

export interface EaselStack extends Stack {
  /** Resident memory of the API's process, in bytes. */
  memory: () => number;
}

/**
 * Easel as `npm start` runs it, on the database given or the embedded one.
 * @param workers of its own; they would draw the jobs, with every core
 */
export async function startOurs(name: string, databaseUrl?: string, workers = 0): Promise<EaselStack> {
  await buildWhatIsStale((line) => console.log(`  ${line}`), ["server"]);
  const dataFolder = mkdtempSync(join(tmpdir(), "easel-bench-"));
  const port = await freePort();
  const environment = {
    ...UNLIMITED,
    DATA_DIR: dataFolder,
    PORT: String(port),
    WORKERS: String(workers),
    EASEL_WORKER_TOKEN: TOKEN,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  };
  const easel = startEasel(environment);
  await easel.ready;
  const url = `http://127.0.0.1:${port}`;
  const noOps: ChildProcess[] = [];
  return {
    name,
    url,
    headers: async () => ({ authorization: `Bearer ${(await newOwner(url)).token}` }),
    startWorkers() {
      const { id, digest } = JSON.parse(readFileSync("models/easel-mini/manifest.json", "utf8")) as {
        id: string;
        digest: string;
      };
      const program = bundleChild("server/no-op-workers");
      const child = spawn(process.execPath, [program, url, TOKEN, id, digest, String(HANDS)], {
        stdio: ["ignore", "pipe", "inherit", "ipc"],
      });
      noOps.push(child);
      let lines = "";
      child.stdout?.on("data", (chunk: Buffer) => (lines += String(chunk)));
      const starts = () => {
        const all = lines.split("\n").slice(0, -1);
        return new Map(all.map((line) => line.split(" ")).map(([job = "", at]) => [job, Number(at)]));
      };
      return Promise.resolve({ starts: () => Promise.resolve(starts()) });
    },
    memory() {
      const [pid] = runningPrograms(easel.child.pid ?? 0, "api/main");
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      return Number(kilobytes) * 1024;
    },
    async close() {
      for (const worker of noOps) {
        worker.kill("SIGKILL");
        await once(worker, "exit");
      }
      easel.child.kill("SIGTERM");
      await easel.ended;
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
