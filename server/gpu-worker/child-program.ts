import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { INFERENCE_ENVIRONMENT } from "./inference/memory.ts";

/**
 * Where a child's program lies, and what node must be told to run it: in the sources a TypeScript file in a folder
 * beside this one, run by tsx; in the bundle, where this file is part of gpu-worker/main.js, a file of that folder.
 */
function childProgram(folder: string, given?: string): { path: string; execArgv: string[] } {
  const inSources = import.meta.url.endsWith(".ts");
  const program = `./${folder}/child.${inSources ? "ts" : "js"}`;
  const path = given ?? fileURLToPath(new URL(program, import.meta.url));
  if (!path.endsWith(".ts")) return { path, execArgv: [] };
  const tsx = createRequire(import.meta.url).resolve("tsx/esm");
  return { path, execArgv: ["--import", pathToFileURL(tsx).href] };
}

/**
 * Starts a process that runs models, with its settings as its one argument in JSON.
 *
 * @param given another program than the one in the folder
 */
export function startChild(folder: "inference" | "seeing", settings: object, given?: string): ChildProcess {
  const program = childProgram(folder, given);
  return fork(program.path, [JSON.stringify(settings)], {
    execArgv: program.execArgv,
    serialization: "advanced",
    env: { ...INFERENCE_ENVIRONMENT, ...process.env },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}
