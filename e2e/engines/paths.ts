import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Debian's, which scripts/engines.mjs installs, unless a variable says otherwise. */
export const firefoxPath = (): string => process.env.FIREFOX_PATH ?? "/usr/bin/firefox-esr";
export const webkitDriverPath = (): string => process.env.WEBKIT_DRIVER_PATH ?? "/usr/bin/WebKitWebDriver";
export const xvfbPath = (): string => process.env.XVFB_PATH ?? "/usr/bin/Xvfb";

/** WebKitGTK's little browser lies beside its processes, in a folder of its architecture and version. */
export function miniBrowserPath(): string {
  if (process.env.MINIBROWSER_PATH !== undefined) return process.env.MINIBROWSER_PATH;
  const folders = ["/usr/lib", ...readdirSync("/usr/lib").map((name) => join("/usr/lib", name))];
  for (const folder of folders.filter((path) => /^\/usr\/lib(?:\/[a-z0-9_]+-linux-gnu[a-z]*)?$/.test(path))) {
    const found = readdirSync(folder).find((name) => name.startsWith("webkit2gtk-4"));
    if (found !== undefined) return join(folder, found, "MiniBrowser");
  }
  throw new Error("No MiniBrowser of WebKitGTK found below /usr/lib; MINIBROWSER_PATH may say where it is.");
}
