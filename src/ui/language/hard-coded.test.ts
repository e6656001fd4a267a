import { readdirSync, readFileSync } from "node:fs";
import { parse } from "svelte/compiler";
import ts from "typescript";
import { expect, test } from "vitest";

/** Names that are the same in every language, keys of a keyboard, and words of a protocol. */
const NAMES = /\b(Bearer|Easel|Enter|GiB|JSPI|Samsung Internet|owner\/name)\b/g;
/** What a browser shows or reads out of an attribute. */
const SHOWN_ATTRIBUTES = new Set(["alt", "aria-label", "aria-valuetext", "label", "placeholder", "title"]);

const files = readdirSync("src/ui", { recursive: true, encoding: "utf8" })
  .map((file) => `src/ui/${file}`)
  .filter((file) => /\.(svelte|ts)$/.test(file) && !/\.test\.ts$/.test(file));

interface Node {
  type: string;
  name?: string;
  data?: string;
  value?: unknown;
  start: number;
}

/** Texts and attributes of a component's markup that no language but English would have. */
function hardCodedMarkup(source: string): string[] {
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== "object" || node === null) return;
    const { type, name, data, value } = node as Node;
    // Lengths and transforms are no words.
    if (type === "StyleSheet" || type === "StyleDirective" || type === "Script") return;
    if (type === "Attribute") {
      if (SHOWN_ATTRIBUTES.has(name ?? "")) visit(value);
      return;
    }
    if (type === "Text" && data !== undefined && hasWords(data)) found.push(data.trim());
    Object.values(node).forEach(visit);
  };
  visit(parse(source, { modern: true }).fragment);
  return found;
}

function hasWords(text: string): boolean {
  return /\p{L}{2,}/u.test(text.replace(NAMES, ""));
}

/** String literals that read as a sentence or a label: a capital, then lower case, and a space or a full stop. */
function hardCodedSentences(source: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    // What is thrown is data, in English, and told by its code; imports and addresses are no words.
    if (ts.isNewExpression(node) && /Error$/.test(node.expression.getText())) return;
    if (ts.isImportDeclaration(node)) return;
    const text =
      ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
        ? node.text
        : "";
    if (/^\p{Lu}\p{Ll}*['’]?\p{Ll}*[ ,.:…]/u.test(text) && hasWords(text)) found.push(text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("file.ts", source, ts.ScriptTarget.Latest, true));
  return found;
}

const scriptOf = (source: string) =>
  [...source.matchAll(/<script[^>]*>([^]*?)<\/script>/g)].map(([, code = ""]) => code).join("\n");

test("the search finds a text, an attribute and a sentence that are hard-coded, and nothing else", () => {
  const source = `<script lang="ts">
    const words = "Looking it up…";
    const kind = "queued";
    throw new EaselError("internal", "It is broken.");
  </script>
  <p class="Big letters" style:width="{wide}px" aria-label="Two words" title={m.title()}>Easel {m.hello()} · <b>Bold words</b></p>
  <style>.x { content: "Styled words" }</style>`;
  expect(hardCodedMarkup(source)).toEqual(["Two words", "Bold words"]);
  expect(hardCodedSentences(scriptOf(source))).toEqual(["Looking it up…"]);
});

test.each(files)("%s has no text of its own: all are in messages/", (file) => {
  const source = readFileSync(file, "utf8");
  const markup = file.endsWith(".svelte") ? hardCodedMarkup(source) : [];
  const script = file.endsWith(".svelte") ? scriptOf(source) : source;
  expect([...markup, ...hardCodedSentences(script)]).toEqual([]);
});
