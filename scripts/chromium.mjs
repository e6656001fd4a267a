import { existsSync } from "node:fs";
import { installDebianPackages } from "./debian-packages.mjs";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Makes sure that a Chromium is there: CHROMIUM_PATH, the system's, or Debian's package where we may install it. */
export async function ensureChromium() {
  if (process.env.CHROMIUM_PATH !== undefined || PATHS.some((path) => existsSync(path))) return;
  const what = `The browser tests need Chromium: none of ${PATHS.join(", ")} is here, nor is CHROMIUM_PATH set`;
  await installDebianPackages(what, ["chromium", "fonts-noto-cjk"]);
}
