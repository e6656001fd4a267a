import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const IMPORT = /^[ \t]*(?:import|export) (?!type\b)(?:[^"';]*? from )?"([^"]+)"/gm;

/** What a file imports at once, as a bundler would follow it: neither types alone nor `import()`. */
function importsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(IMPORT)].map(([, name = ""]) =>
    name.startsWith(".") ? join(dirname(file), name) : name,
  );
}

/** From each module that comes with the page's first JavaScript to the one that imports it. */
function firstJavaScript(entry: string): Map<string, string> {
  const importers = new Map([[entry, ""]]);
  for (const module of importers.keys()) {
    if (!/\.(ts|svelte)$/.test(module) || !existsSync(module)) continue;
    for (const one of importsOf(module)) if (!importers.has(one)) importers.set(one, module);
  }
  return importers;
}

test("what checks, stores and draws comes after the page's first JavaScript", () => {
  const importers = firstJavaScript("src/ui/main.ts");
  expect(importers.size).toBeGreaterThan(100);
  for (const late of ["zod", "dexie", "virtua/svelte", "bits-ui", "src/ui/wall/WallView.svelte"])
    expect(importers.get(late), `${late} is imported by`).toBeUndefined();
});

test("what is pressed first on the wall comes after it", () => {
  const importers = firstJavaScript("src/ui/wall/WallView.svelte");
  expect(importers.get("virtua/svelte")).toBe("src/ui/wall/WallGrid.svelte");
  for (const late of ["zod", "dexie", "bits-ui"])
    expect(importers.get(late), `${late} is imported by`).toBeUndefined();
});
