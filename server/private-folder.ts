import { chmodSync, mkdirSync } from "node:fs";

/**
 * Makes a folder that only the server's own user may enter, or makes one that is there so: an older version left it
 * open to all. A folder of another user can't be changed; the log says so, and the server starts.
 */
export function keepPrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    chmodSync(folder, 0o700);
  } catch (error) {
    console.error(`${folder} should be open to Easel's own user alone (mode 0700), but`, error);
  }
}
