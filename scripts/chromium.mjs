import { existsSync } from "node:fs";
import { run } from "./run.mjs";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Makes sure that a Chromium is there: CHROMIUM_PATH, the system's, or Debian's package where we may install it. */
export async function ensureChromium() {
  if (process.env.CHROMIUM_PATH !== undefined || PATHS.some((path) => existsSync(path))) return;
  const mayInstall = existsSync("/usr/bin/apt-get") && process.getuid?.() === 0;
  if (!mayInstall) {
    throw new Error(
      `The browser tests need Chromium: none of ${PATHS.join(", ")} is here. Install it, or set CHROMIUM_PATH.`,
    );
  }
  console.log("Chromium is missing: installing Debian's package.");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-q"],
    ["install", "-y", "-q", "--no-install-recommends", "chromium", "fonts-noto-cjk"],
  ]) {
    const status = await run("apt-get", args, { env });
    if (status !== 0) throw new Error(`apt-get ${args.join(" ")} ended with status ${status}.`);
  }
}
