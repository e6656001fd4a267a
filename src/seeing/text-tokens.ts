const WORDS = /[a-z0-9]+/g;
const HANZI = /[\u3400-\u9fff]+/g;
const SIGNS = /[\u2190-\u2bff\u{1f000}-\u{1faff}]/gu;
/** Letters in a part of a word. */
const PART = 4;

/**
 * What a text is classified by: words, their parts of four letters (< and > being a word's ends), pairs of words;
 * Chinese characters, alone and in pairs; emoji and other signs, each alone.
 */
export function textTokens(text: string): string[] {
  const plain = text.normalize("NFKC").toLowerCase();
  const words = plain.match(WORDS) ?? [];
  const runs = plain.match(HANZI) ?? [];
  return [
    ...words.flatMap((word) => [word, ...partsOf(`<${word}>`, PART)]),
    ...words.slice(1).map((word, i) => `${words[i]!} ${word}`),
    ...runs.flatMap((run) => [...run, ...partsOf(run, 2)]),
    ...(plain.match(SIGNS) ?? []),
  ];
}

/** Every run of `length` characters of a text in the basic plane. */
function partsOf(text: string, length: number): string[] {
  return Array.from({ length: Math.max(0, text.length - length + 1) }, (_, i) => text.slice(i, i + length));
}
