import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { packageRoot } from "../package-root.ts";
import { builtProgram } from "./built-programs.ts";

/** `npm start` as a process of its own. */
export interface RunningEasel {
  child: ChildProcess;
  output: () => string;
  ready: Promise<void>;
  ended: Promise<number | null>;
}

/** Starts it, without workers unless the environment says otherwise. */
export function startEasel(
  environment: Record<string, string>,
  program = builtProgram("supervisor/main"),
): RunningEasel {
  const child = spawn(process.execPath, program, {
    cwd: packageRoot(),
    env: { ...process.env, WORKERS: "0", LOG_LEVEL: "error", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ended = once(child, "exit").then(([code]) => code as number | null);
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += String(chunk);
        if (output.includes("Easel is ready: ")) resolve();
      });
    }
    void ended.then(() => reject(new Error(`Easel ended before it was ready:\n${output}`)));
  });
  ready.catch(() => {});
  return { child, output: () => output, ready, ended };
}
