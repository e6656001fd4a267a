import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot, run } from "./run.mjs";

/** Clients of others that are written in Python, each release named. */
export const REQUIREMENTS = join(projectRoot, "server", "foreign-clients", "requirements.txt");

const CAN_MAKE_VENV = ["-c", "import ensurepip, venv"];

function hasVenv() {
  return spawnSync("python3", CAN_MAKE_VENV, { stdio: "ignore" }).status === 0;
}

/** Makes sure that python3 and its venv are there: the system's, or Debian's packages where we may install them. */
async function ensurePython() {
  if (hasVenv()) return;
  const mayInstall = existsSync("/usr/bin/apt-get") && process.getuid?.() === 0;
  if (!mayInstall)
    throw new Error(
      "The tests of foreign clients need python3 with venv (Debian: python3-venv). Install it.",
    );
  console.log("Python's venv is missing: installing Debian's packages.");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-q"],
    ["install", "-y", "-q", "--no-install-recommends", "python3", "python3-venv"],
  ]) {
    const status = await run("apt-get", args, { env });
    if (status !== 0) throw new Error(`apt-get ${args.join(" ")} ended with status ${status}.`);
  }
  if (!hasVenv()) throw new Error("python3 still has no venv after its installation.");
}

/**
 * The Python that has the foreign clients: a venv below .cache, made once for these requirements.
 *
 * @returns the path of its interpreter
 */
export async function ensureForeignClients() {
  const hash = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 16);
  const folder = join(projectRoot, ".cache", "foreign-clients", hash);
  const python = join(folder, "bin", "python");
  const whole = join(folder, "whole");
  if (existsSync(whole)) return python;
  await ensurePython();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", REQUIREMENTS];
  for (const [program, args] of [
    ["python3", ["-m", "venv", folder]],
    [python, pip],
  ]) {
    const status = await run(program, args);
    if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with status ${status}.`);
  }
  writeFileSync(whole, "");
  return python;
}
