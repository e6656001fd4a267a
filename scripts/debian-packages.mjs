import { existsSync } from "node:fs";
import { run } from "./run.mjs";

/**
 * Installs Debian's packages where we may.
 * @param what they are for, as a sentence's beginning: it is said, also in the error where we may not
 */
export async function installDebianPackages(what, packages) {
  if (!existsSync("/usr/bin/apt-get") || process.getuid?.() !== 0) {
    throw new Error(`${what}. Install ${packages.join(", ")}, or what your system calls them.`);
  }
  console.log(`${what}: installing Debian's ${packages.join(", ")}.`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-q"],
    ["install", "-y", "-q", "--no-install-recommends", ...packages],
  ]) {
    const status = await run("apt-get", args, { env });
    if (status !== 0) throw new Error(`apt-get ${args.join(" ")} ended with status ${status}.`);
  }
}
