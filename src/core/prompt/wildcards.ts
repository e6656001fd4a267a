import { Mt19937 } from "../tensor/mt19937.ts";

/** The words that a wildcard may become, by its name. */
export type WordLists = Pick<ReadonlyMap<string, readonly string[]>, "get">;

export interface Expanded {
  prompt: string;
  /** Names of wildcards that no list has; they stay as they stand. */
  unknown: string[];
}

/** A word of a list may hold choices and wildcards itself; one that never ends is cut here. */
const DEEPEST = 8;
/** What one prompt may draw in all: lists that name each other many times would grow without an end. */
const MOST_DRAWS = 500;

/** An escaped sign, a wildcard, or a sign of a choice. */
const TOKEN = /\\[^]|__([\p{L}\p{N}][\p{L}\p{N}_/-]*?)__|[{}|]/gu;

/**
 * Draws a prompt's random parts: `{a|b|c}` becomes one of its alternatives, `__name__` one line of the list of that
 * name. Both may nest, and a list's line may hold either. Braces without a `|` between them, and those without their
 * partner, are plain; so is any sign after a backslash.
 *
 * The seed decides, from left to right: the same prompt, lists and seed give the same words.
 * @param seed 0..4294967295
 */
export function expandPrompt(prompt: string, seed: number, lists: WordLists): Expanded {
  const random = new Mt19937(seed);
  const unknown = new Set<string>();
  let draws = 0;
  const pick = <Item>(items: readonly Item[]): Item => items[random.next() % items.length]!;

  const expand = (text: string, depth: number): string => {
    let out = "";
    let last = 0;
    TOKEN.lastIndex = 0;
    for (const match of text.matchAll(TOKEN)) {
      if (match.index < last) continue;
      const [token, name] = match;
      const choice = token === "{" ? readChoice(text, match.index) : undefined;
      const words = name === undefined ? undefined : lists.get(name);
      if (name !== undefined && !words?.length) unknown.add(name);
      const drawn = choice?.alternatives ?? (words?.length ? words : undefined);
      if (drawn === undefined || depth === DEEPEST || draws === MOST_DRAWS) continue;
      draws++;
      out += text.slice(last, match.index) + expand(pick(drawn), depth + 1);
      last = choice?.end ?? match.index + token.length;
    }
    return out + text.slice(last);
  };

  return { prompt: expand(prompt, 0), unknown: [...unknown] };
}

/** Whether a prompt has random parts at all. */
export function isRandom(prompt: string): boolean {
  return [...prompt.matchAll(TOKEN)].some(
    ({ 0: token, 1: name, index }) =>
      name !== undefined || (token === "{" && readChoice(prompt, index) !== undefined),
  );
}

/** The choice that opens at `start`, its alternatives as they stand; undefined where it is none. */
function readChoice(text: string, start: number): { alternatives: string[]; end: number } | undefined {
  const alternatives: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (const { 0: token, index } of text.slice(start).matchAll(TOKEN)) {
    const at = start + index;
    if (token === "{") depth++;
    else if (token === "|" && depth === 1) {
      alternatives.push(text.slice(from, at));
      from = at + 1;
    } else if (token === "}" && --depth === 0) {
      if (alternatives.length === 0) return undefined;
      return { alternatives: [...alternatives, text.slice(from, at)], end: at + 1 };
    }
  }
  return undefined;
}
