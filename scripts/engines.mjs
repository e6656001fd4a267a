import { existsSync } from "node:fs";
import { installDebianPackages } from "./debian-packages.mjs";

/** What the other engines' tests start (e2e/engines/paths.ts), and whose package each is. */
const NEEDED = [
  { path: "/usr/bin/firefox-esr", variable: "FIREFOX_PATH", debian: "firefox-esr" },
  { path: "/usr/bin/WebKitWebDriver", variable: "WEBKIT_DRIVER_PATH", debian: "webkit2gtk-driver" },
  { path: "/usr/bin/Xvfb", variable: "XVFB_PATH", debian: "xvfb" },
];

/** Makes sure that Firefox and WebKitGTK are there: where a variable says, or Debian's where we may install them. */
export async function ensureEngines() {
  const missing = NEEDED.filter(
    ({ path, variable }) => process.env[variable] === undefined && !existsSync(path),
  );
  if (missing.length === 0) return;
  const names = missing.map(({ path, variable }) => `${path} (or ${variable})`).join(", ");
  await installDebianPackages(
    `The tests of other engines need ${names}`,
    missing.map(({ debian }) => debian),
  );
}
