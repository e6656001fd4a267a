import type { ClipTokenizer } from "./clip-tokenizer.ts";
import { parseEmphasis, plainPrompt } from "./emphasis.ts";

/** What CLIP reads at once: start, 75 tokens, end. */
export const CHUNK_TOKENS = 75;
/** A chunk may break at a comma among its last 20 tokens, so that a phrase stays whole. */
const COMMA_WINDOW = 20;

/** One text encoder input: 77 ids and the weight of each. */
export interface TokenChunk {
  ids: number[];
  weights: number[];
}

interface WeightedToken {
  id: number;
  weight: number;
}

export type PromptSyntax = "a1111" | "plain";

/**
 * A text as chunks of 77 tokens, one at least; a text of more than 75 tokens takes several.
 * @param text what a prompt says at one step
 */
export function promptChunks(text: string, syntax: PromptSyntax, tokenizer: ClipTokenizer): TokenChunk[] {
  return tokenGroups(text, syntax, tokenizer).map((tokens) => frame(tokens, tokenizer));
}

/** A chunk without words: what pads the shorter of prompt and negative prompt. */
export function emptyChunk(tokenizer: ClipTokenizer): TokenChunk {
  return frame([], tokenizer);
}

/** The tokens of each chunk, {@link CHUNK_TOKENS} at most, without start, end and padding. */
export function tokenGroups(text: string, syntax: PromptSyntax, tokenizer: ClipTokenizer): WeightedToken[][] {
  const parts = syntax === "plain" ? plainPrompt(text) : parseEmphasis(text);
  const groups: WeightedToken[][] = [];
  let current: WeightedToken[] = [];
  let afterComma = 0;
  const flush = (keep: number): void => {
    groups.push(current.slice(0, keep));
    current = current.slice(keep);
    afterComma = 0;
  };

  for (const part of parts) {
    if (part.kind === "break") {
      flush(current.length);
      continue;
    }
    for (const id of tokenizer.encode(part.text)) {
      if (current.length === CHUNK_TOKENS) {
        const commaIsNear = afterComma > CHUNK_TOKENS - COMMA_WINDOW && id !== tokenizer.commaId;
        flush(commaIsNear ? afterComma : CHUNK_TOKENS);
      }
      current.push({ id, weight: part.weight });
      if (id === tokenizer.commaId) afterComma = current.length;
    }
  }
  if (current.length > 0 || groups.length === 0) flush(current.length);
  return groups;
}

function frame(tokens: readonly WeightedToken[], tokenizer: ClipTokenizer): TokenChunk {
  const padding = CHUNK_TOKENS - tokens.length;
  return {
    ids: [
      tokenizer.startId,
      ...tokens.map((token) => token.id),
      tokenizer.endId,
      ...Array.from({ length: padding }, () => tokenizer.padId),
    ],
    weights: [1, ...tokens.map((token) => token.weight), 1, ...Array.from({ length: padding }, () => 1)],
  };
}
