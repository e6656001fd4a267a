import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot, run } from "./run.mjs";

/** Clients of others that are written in Python, each release named. */
export const REQUIREMENTS = join(projectRoot, "server", "foreign-clients", "requirements.txt");

/** Debian's own comes second: where another one without venv goes first, what we install is found there. */
const INTERPRETERS = ["python3", "/usr/bin/python3"];

/** One that can make a venv with pip: Debian splits ensurepip off, and without it `-m venv` fails halfway. */
function findPython() {
  const works = (python) =>
    spawnSync(python, ["-c", "import ensurepip, venv"], { stdio: "ignore" }).status === 0;
  return INTERPRETERS.find(works);
}

/** A python3 that can make a venv: the system's, or Debian's packages where we may install them. */
async function ensurePython() {
  const found = findPython();
  if (found !== undefined) return found;
  const mayInstall = existsSync("/usr/bin/apt-get") && process.getuid?.() === 0;
  if (!mayInstall)
    throw new Error(
      "The tests of foreign clients need python3 with venv (Debian: python3-venv). Install it.",
    );
  console.log("Python's venv is missing: installing Debian's packages.");
  // The lists may be there already where they can't be fetched: the installation tells.
  await apt("update");
  const status = await apt("install", "-y", "--no-install-recommends", "python3", "python3-venv");
  if (status !== 0)
    throw new Error(`apt-get could not install python3-venv: it ended with status ${status}.`);
  const installed = findPython();
  if (installed === undefined) throw new Error("python3 still has no venv after its installation.");
  return installed;
}

/** Waits for another installation that is under way. */
function apt(...args) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  return run("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=120", ...args], { env });
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
  const system = await ensurePython();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", REQUIREMENTS];
  for (const [program, args] of [
    [system, ["-m", "venv", folder]],
    [python, pip],
  ]) {
    const status = await run(program, args);
    if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with status ${status}.`);
  }
  writeFileSync(whole, "");
  return python;
}
