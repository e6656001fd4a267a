import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
/** Every text of the page hangs on this one, by its name. */
const ALL_TEXTS = join(ROOT, "src/paraglide/messages/_index.js");
const TEXT = /\bm\.(\w+)/g;

/** What of rolldown's context is used. */
interface Graph {
  getModuleInfo(id: string): { code: string | null; importedIds: readonly string[] } | null;
}

/**
 * A chunk for each of these files, of all that it imports at once, as far as an earlier one has not taken it. Left
 * alone, the bundler makes a file of its own of whatever two parts share: forty of them before the first screen, each
 * a request, and each compressed without the others' words.
 * @param screens by the chunk's name, the likeliest first
 */
export function screenChunks(screens: Readonly<Record<string, string>>) {
  let chunkOf: Map<string, string> | null = null;
  const names = Object.keys(screens);
  return names.map((name, i) => ({
    name: (id: string, graph: Graph): string | null => {
      chunkOf ??= walk(screens, graph);
      return chunkOf.get(id) === name ? name : null;
    },
    // A group takes along what its modules import, but from groups of a higher priority.
    priority: names.length - i,
  }));
}

function walk(screens: Readonly<Record<string, string>>, graph: Graph): Map<string, string> {
  const chunkOf = new Map<string, string>();
  for (const [name, file] of Object.entries(screens)) {
    const left = [join(ROOT, file)];
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const module = chunkOf.has(id) || id === ALL_TEXTS ? null : graph.getModuleInfo(id);
      if (module === null) continue;
      chunkOf.set(id, name);
      left.push(...module.importedIds, ...textsIn(module.code ?? ""));
    }
  }
  return chunkOf;
}

function textsIn(code: string): string[] {
  return [...code.matchAll(TEXT)].map(([, key]) => join(ROOT, "src/paraglide/messages", `${key}.js`));
}
