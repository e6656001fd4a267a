import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildWhatIsStale } from "../scripts/build.mjs";

const APP = "dist/app";
/** What the page may fetch of JavaScript before it shows itself, compressed as a server sends it. */
const MOST_BYTES = 120_000;

/** The shell's first JavaScript: the entry and all that it imports at once. What is imported later is not counted. */
export async function benchShell(): Promise<boolean> {
  await buildWhatIsStale(undefined, ["app"]);
  const html = readFileSync(join(APP, "index.html"), "utf8");
  const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path = ""]) => path);
  const sizes = files.map((path) => gzipSync(readFileSync(join(APP, path)), { level: 9 }).byteLength);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  for (const [i, path] of files.entries()) console.log(`  ${path}: ${kilobytes(sizes[i]!)}`);
  console.log(`shell: ${kilobytes(bytes)} of first JavaScript, compressed; at most ${kilobytes(MOST_BYTES)}`);
  return bytes <= MOST_BYTES;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
