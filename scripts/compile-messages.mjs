/**
 * Compiles the page's texts, messages/LANGUAGE.json, into src/paraglide, one function a text. A language is one file:
 * which there are is read from the folder. A text that one language lacks, or has with other inputs, fails here, and
 * so in the build and in CI.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot } from "./run.mjs";

const BASE = "en";
const texts = join(projectRoot, "messages");
const output = join(projectRoot, "src", "paraglide");
const project = join(projectRoot, ".cache", "messages.inlang");
const stamp = join(output, ".sources");

/** The inputs of a text, {name} in each of its variants; sorted, each once. */
function inputsOf(text) {
  const patterns = typeof text === "string" ? [text] : text.flatMap(({ match }) => Object.values(match));
  const names = patterns.flatMap((pattern) => [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  return [...new Set(names)].sort().join(", ");
}

/** @returns what a language lacks, has too much, or has with other inputs than the base; a line each */
export function missingTexts(base, other, language) {
  const lines = [];
  for (const key of Object.keys(base)) {
    if (!(key in other)) lines.push(`${language} lacks ${key}: ${JSON.stringify(base[key])}`);
    else if (inputsOf(base[key]) !== inputsOf(other[key]))
      lines.push(
        `${language} has ${key} with {${inputsOf(other[key])}}, ${BASE} with {${inputsOf(base[key])}}`,
      );
  }
  for (const key of Object.keys(other)) if (!(key in base)) lines.push(`${BASE} lacks ${key} of ${language}`);
  return lines;
}

function readLanguages() {
  const languages = readdirSync(texts)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length));
  return new Map(
    languages.sort().map((language) => [language, readFileSync(join(texts, `${language}.json`), "utf8")]),
  );
}

/**
 * Compiles where a text or the compiler has changed since the last time.
 * @throws Error that lists every text that a language lacks
 */
export async function compileMessages() {
  const languages = readLanguages();
  const hash = createHash("sha256").update(readFileSync(join(projectRoot, "package-lock.json")));
  for (const [language, json] of languages) hash.update(`${language}\n${json}\n`);
  const sources = hash.digest("hex");
  if (readStamp() === sources) return;

  const base = JSON.parse(languages.get(BASE));
  const lines = [...languages].flatMap(([language, json]) => missingTexts(base, JSON.parse(json), language));
  if (lines.length > 0) throw new Error(`The page's languages differ (messages/):\n${lines.join("\n")}`);

  mkdirSync(project, { recursive: true });
  writeFileSync(
    join(project, "settings.json"),
    JSON.stringify({
      baseLocale: BASE,
      locales: [...languages.keys()],
      modules: ["../node_modules/@inlang/plugin-message-format/dist/index.js"],
      "plugin.inlang.messageFormat": { pathPattern: "../messages/{locale}.json" },
    }),
  );
  const { compile } = await import("@inlang/paraglide-js");
  rmSync(output, { recursive: true, force: true });
  await compile({
    project,
    outdir: output,
    strategy: ["globalVariable", "baseLocale"],
    emitTsDeclarations: true,
    emitReadme: false,
    disableAsyncLocalStorage: true,
    isServer: "false",
  });
  writeFileSync(stamp, sources);
}

function readStamp() {
  try {
    return readFileSync(stamp, "utf8");
  } catch {
    return undefined;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await compileMessages();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
