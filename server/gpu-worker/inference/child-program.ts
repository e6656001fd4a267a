import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * Where the child's program lies, and what node must be told to run it: in the sources a TypeScript file beside this
 * one, run by tsx; in the bundle, where this file is part of gpu-worker/main.js, inference/child.js.
 */
export function childProgram(given?: string): { path: string; execArgv: string[] } {
  const inSources = import.meta.url.endsWith(".ts");
  const path =
    given ?? fileURLToPath(new URL(inSources ? "./child.ts" : "./inference/child.js", import.meta.url));
  if (!path.endsWith(".ts")) return { path, execArgv: [] };
  const tsx = createRequire(import.meta.url).resolve("tsx/esm");
  return { path, execArgv: ["--import", pathToFileURL(tsx).href] };
}
