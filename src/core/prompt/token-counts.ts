import { tokenGroups } from "./chunks.ts";
import type { ClipTokenizer } from "./clip-tokenizer.ts";
import { promptTexts } from "./prompt-texts.ts";
import type { PromptReading } from "./prompt-texts.ts";

/**
 * How many tokens a prompt puts into each chunk of {@link CHUNK_TOKENS}, start, end and padding not counted: [12] is
 * a short prompt, [75, 3] one that took a second chunk. Where the prompt has several texts (`AND`, or other words at
 * other steps), those of the longest. Runs nothing but the tokenizer: made to be asked at every key stroke.
 */
export function tokenCounts(prompt: string, reading: PromptReading, tokenizer: ClipTokenizer): number[] {
  const texts = new Set(promptTexts(prompt, reading).flatMap((step) => step.map(({ text }) => text)));
  let longest = [0];
  for (const text of texts) {
    const counts = tokenGroups(text, reading.syntax, tokenizer).map((tokens) => tokens.length);
    if (counts.length > longest.length || (counts.length === longest.length && sum(counts) > sum(longest))) {
      longest = counts;
    }
  }
  return longest;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
