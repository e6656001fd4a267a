/** Words up to a comma of either width; a quote that is not closed before the next comma is a plain sign. */
const PART = /\s*(?:"((?:[^"]|"")*)"|([^,，]*))\s*(?:[,，]|$)/g;

/**
 * Words separated by commas, as AUTOMATIC1111's X/Y plot takes them: those with a comma in them stand in quotes (`""`
 * inside is a quote), and `""` alone means no word at all. Blank parts without quotes are left out.
 */
export function readWords(text: string): string[] {
  const words: string[] = [];
  for (const [, quoted, plain = ""] of text.matchAll(PART)) {
    if (quoted !== undefined) words.push(quoted.replaceAll('""', '"'));
    else if (plain.trim() !== "") words.push(plain.trim());
  }
  return words;
}

/** What {@link readWords} reads as these words. */
export function writeWords(words: readonly string[]): string {
  return words
    .map((word) => (/^$|[",，]|^\s|\s$/.test(word) ? `"${word.replaceAll('"', '""')}"` : word))
    .join(", ");
}
