import { join } from "node:path";
import { expect, test } from "vitest";
import { screenChunks } from "./screen-chunks.ts";

const ROOT = join(import.meta.dirname, "..");
const TEXTS = "src/paraglide/messages/_index.js";

/** Modules by path, with what each imports at once and its code. */
const MODULES: Readonly<Record<string, { imports: string[]; code: string }>> = {
  "src/main.ts": { imports: ["src/shared.ts", TEXTS], code: "say(m.first_word())" },
  "src/wall.ts": { imports: ["src/shared.ts", "src/card.ts", TEXTS], code: "m.first_word(m.second_word)" },
  "src/shared.ts": { imports: [], code: "" },
  "src/card.ts": { imports: ["src/shared.ts"], code: "" },
  "src/late.ts": { imports: ["src/card.ts"], code: "m.third_word()" },
  [TEXTS]: { imports: ["first", "second", "third"].map((name) => textOf(name)), code: "" },
  ...Object.fromEntries(
    ["first", "second", "third"].map((name) => [textOf(name), { imports: [], code: "" }]),
  ),
};

function textOf(name: string): string {
  return `src/paraglide/messages/${name}_word.js`;
}

test("each screen takes what it imports and the texts that it says, unless an earlier one has", () => {
  const groups = screenChunks({ shell: "src/main.ts", wall: "src/wall.ts" });
  expect(groups[0]?.priority).toBeGreaterThan(groups[1]?.priority ?? NaN);
  const graph = {
    getModuleInfo: (id: string) => {
      const found = MODULES[id.slice(ROOT.length + 1)];
      return found === undefined
        ? null
        : { code: found.code, importedIds: found.imports.map((path) => join(ROOT, path)) };
    },
  };
  const chunkOf = (id: string) => groups.map(({ name }) => name(id, graph)).find((name) => name !== null);
  const chunks = Object.keys(MODULES).map((path) => [path, chunkOf(join(ROOT, path)) ?? null]);
  expect(Object.fromEntries(chunks)).toEqual({
    "src/main.ts": "shell",
    "src/wall.ts": "wall",
    "src/shared.ts": "shell",
    "src/card.ts": "wall",
    "src/late.ts": null,
    [TEXTS]: null,
    [textOf("first")]: "shell",
    [textOf("second")]: "wall",
    [textOf("third")]: null,
  });
});
