import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs a program of this project's node_modules (or of the system) and answers its exit status.
 * `onOutput`, where given, gets what it writes instead of the terminal.
 */
export function run(program, args, { env = {}, onOutput } = {}) {
  const path = join(projectRoot, "node_modules", ".bin") + delimiter + process.env.PATH;
  const output = onOutput ? "pipe" : "inherit";
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: projectRoot,
      env: { ...process.env, ...env, PATH: path },
      stdio: ["ignore", output, output],
    });
    child.stdout?.on("data", onOutput);
    child.stderr?.on("data", onOutput);
    child.on("error", reject);
    child.on("close", (status, signal) => resolve(signal === null ? status : 1));
  });
}
