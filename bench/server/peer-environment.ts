import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

export const PEERS = resolve("bench/peers");
const VENV = resolve(".cache/bench/peers");

export function hasProgram(program: string, args: string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

/** A program of the peers' own Python environment. */
export const peerProgram = (name: string): string => join(VENV, "bin", name);

/** The packages, in an environment of their own: once for each version of their list. */
export function installPeers(): void {
  const wanted = readFileSync(join(PEERS, "requirements.txt"), "utf8");
  const installed = join(VENV, "requirements.txt");
  if (existsSync(installed) && readFileSync(installed, "utf8") === wanted) return;
  console.log("  The peer's packages are installed, once for this list ...");
  rmSync(VENV, { recursive: true, force: true });
  mkdirSync(VENV, { recursive: true });
  const steps = [
    ["python3", "-m", "venv", VENV],
    [peerProgram("pip"), "install", "--quiet", "-r", join(PEERS, "requirements.txt")],
    ["cp", join(PEERS, "requirements.txt"), installed],
  ];
  for (const [program = "", ...args] of steps) {
    const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${stderr}`);
  }
}
