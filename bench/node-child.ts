import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { buildSync } from "esbuild";
import { INFERENCE_ENVIRONMENT } from "../server/gpu-worker/inference/memory.ts";

/** Bundles one of this folder's programs as the server is: run from its sources it would carry the compiler's memory. */
export function bundleChild(name: string): string {
  const outfile = resolve(`.cache/bench/${name}.mjs`);
  buildSync({
    entryPoints: [`bench/${name}.ts`],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
  });
  return outfile;
}

/**
 * Runs a program as the server runs what draws, and waits for it.
 * @returns its output's last line
 * @throws Error with what it wrote, where it fails
 */
export function runToEnd(program: string, args: readonly string[], cwd?: string): string {
  const env = { ...INFERENCE_ENVIRONMENT, ...process.env };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: "utf8", maxBuffer: 1e8 });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${stderr}`);
  return stdout.trim().split("\n").at(-1) ?? "";
}
