import { pluralOf } from "./english-names.ts";

/** A thing's name in both languages. */
export interface ThingName {
  readonly english: string;
  readonly chinese: string;
}

/** No letter, so that nothing matches across what was found. */
const FOUND = "\u0000";

/**
 * Which of the known things a prompt names, by their index, in the prompt's order, each once. The longest names are
 * looked for first: a hot dog is no dog. English names count as whole words, in the plural too.
 */
export function askedThings(prompt: string, things: readonly ThingName[]): number[] {
  let text = prompt.normalize("NFKC").toLowerCase();
  const named = things
    .flatMap(({ english, chinese }, thing) => [
      { thing, length: english.length, pattern: wholeWord(english.toLowerCase()) },
      { thing, length: chinese.length, pattern: new RegExp(escaped(chinese), "g") },
    ])
    .sort((a, b) => b.length - a.length);
  const places = new Map<number, number>();
  for (const { thing, pattern } of named) {
    text = text.replace(pattern, (word, at: number) => {
      places.set(thing, Math.min(at, places.get(thing) ?? Infinity));
      return FOUND.repeat(word.length);
    });
  }
  return [...places].sort(([, a], [, b]) => a - b).map(([thing]) => thing);
}

function wholeWord(name: string): RegExp {
  return new RegExp(`(?<![a-z])(?:${escaped(pluralOf(name))}|${escaped(name)})(?![a-z])`, "g");
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
