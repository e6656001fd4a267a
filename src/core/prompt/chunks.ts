import type { ClipTokenizer } from "./clip-tokenizer.ts";
import { parseEmphasis, plainPrompt } from "./emphasis.ts";

/** What CLIP reads at once: start, 75 tokens, end. */
export const CHUNK_TOKENS = 75;
export const CHUNK_LENGTH = CHUNK_TOKENS + 2;
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
 * A prompt as chunks of 77 tokens, one at least; a longer prompt than 75 tokens takes several.
 */
export function promptChunks(prompt: string, syntax: PromptSyntax, tokenizer: ClipTokenizer): TokenChunk[] {
  const parts = syntax === "plain" ? plainPrompt(prompt) : parseEmphasis(prompt);
  const chunks: WeightedToken[][] = [];
  let current: WeightedToken[] = [];
  let afterComma = 0;
  const flush = (keep: number): void => {
    chunks.push(current.slice(0, keep));
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
        const commaIsNear =
          afterComma > 0 && CHUNK_TOKENS - afterComma <= COMMA_WINDOW && id !== tokenizer.commaId;
        flush(commaIsNear ? afterComma : CHUNK_TOKENS);
      }
      current.push({ id, weight: part.weight });
      if (id === tokenizer.commaId) afterComma = current.length;
    }
  }
  if (current.length > 0 || chunks.length === 0) flush(current.length);
  return chunks.map((tokens) => frame(tokens, tokenizer));
}

/** A chunk without words: what pads the shorter of prompt and negative prompt. */
export function emptyChunk(tokenizer: ClipTokenizer): TokenChunk {
  return frame([], tokenizer);
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
