import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The nearest folder above this file that holds package.json, whether this runs as source or from dist/server. */
function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error("Easel's own folder was not found: no package.json above the program.");
    folder = parent;
  }
  return folder;
}

const root = findRoot();

/** An absolute path inside Easel's own folder. */
export function packageRoot(...parts: string[]): string {
  return join(root, ...parts);
}
