import { resolve, sep } from "node:path";
import { Hono } from "hono";
import type { ApiEnvironment } from "../context.ts";
import { sendFile } from "./send-file.ts";

/** Vite puts a hash into the names below assets/: their content never changes. */
const IMMUTABLE = "public, max-age=31536000, immutable";
const FRESH = "no-cache";

/** The built app: its files, and for a page's address index.html, whose own router takes over. */
export function appFiles(folder: string): Hono<ApiEnvironment> {
  return new Hono<ApiEnvironment>().on(["GET", "HEAD"], "*", async (context, next) => {
    const path = decodePath(context.req.path);
    const file = path === undefined ? undefined : resolve(folder, `.${path}`);
    if (path === undefined || file === undefined || !(file + sep).startsWith(folder + sep)) return next();
    const cacheControl = path.startsWith("/assets/") ? IMMUTABLE : FRESH;
    const found = await sendFile(context, file, { cacheControl, packed: true });
    if (found !== undefined) return found;
    // A missing file must not be answered with a page: a script that is HTML breaks in a stranger way.
    const isPage = !/\.[a-z0-9]+$/i.test(path) && !path.startsWith("/assets/");
    if (!isPage) return next();
    return (
      (await sendFile(context, resolve(folder, "index.html"), { cacheControl: FRESH, packed: true })) ??
      next()
    );
  });
}

function decodePath(path: string): string | undefined {
  try {
    const decoded = decodeURIComponent(path);
    return decoded.includes("\0") ? undefined : decoded;
  } catch {
    return undefined;
  }
}
