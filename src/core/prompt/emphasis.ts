/** A stretch of prompt text with one weight; BREAK ends a chunk of tokens. */
export type PromptPart = { kind: "text"; text: string; weight: number } | { kind: "break" };

const ROUND_FACTOR = 1.1;
const SQUARE_FACTOR = 1 / 1.1;

type Bracket = { symbol: "(" | "["; partIndex: number };

const TOKEN = /\\[()[\]\\]|\\|\(|\[|:\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*\)|\)|\]|[^\\()[\]:]+|:/g;

/**
 * Reads AUTOMATIC1111's emphasis: `(x)` times 1.1, `[x]` divided by 1.1, `(x:1.3)` times 1.3; they nest and multiply.
 * `\(` `\)` `\[` `\]` `\\` stand for themselves, an unclosed bracket runs to the end of the prompt, a closing one
 * without its opening is text. `BREAK` as a word of its own starts a new chunk.
 */
export function parseEmphasis(prompt: string): PromptPart[] {
  const parts: { text: string; weight: number }[] = [];
  const open: Bracket[] = [];

  const multiply = (from: number, factor: number): void => {
    for (const part of parts.slice(from)) part.weight *= factor;
  };
  const factorOf = (symbol: Bracket["symbol"]): number => (symbol === "(" ? ROUND_FACTOR : SQUARE_FACTOR);
  const close = (symbol: Bracket["symbol"], factor: number): boolean => {
    if (open.at(-1)?.symbol !== symbol) return false;
    multiply(open.pop()!.partIndex, factor);
    return true;
  };

  for (const match of prompt.matchAll(TOKEN)) {
    const token = match[0];
    const weight = match[1];
    if (token === "(" || token === "[") open.push({ symbol: token, partIndex: parts.length });
    else if (weight !== undefined && close("(", Number(weight))) continue;
    else if (token === ")" && close("(", ROUND_FACTOR)) continue;
    else if (token === "]" && close("[", SQUARE_FACTOR)) continue;
    else
      parts.push({ text: token.length === 2 && token.startsWith("\\") ? token.slice(1) : token, weight: 1 });
  }
  for (const bracket of open) multiply(bracket.partIndex, factorOf(bracket.symbol));

  return splitBreaks(mergeEqualWeights(parts));
}

/** A prompt without syntax: every character means itself. */
export function plainPrompt(prompt: string): PromptPart[] {
  return [{ kind: "text", text: prompt, weight: 1 }];
}

/** Neighbours of one weight are one stretch of text, so that no word is torn by a bracket that changed nothing. */
function mergeEqualWeights(
  parts: readonly { text: string; weight: number }[],
): { text: string; weight: number }[] {
  const merged: { text: string; weight: number }[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (last?.weight === part.weight) last.text += part.text;
    else merged.push({ ...part });
  }
  return merged;
}

function splitBreaks(parts: readonly { text: string; weight: number }[]): PromptPart[] {
  return parts.flatMap(({ text, weight }) =>
    text.split(/(?<!\S)BREAK(?!\S)/).flatMap((piece, index): PromptPart[] => {
      const stretch: PromptPart[] = piece.trim() === "" ? [] : [{ kind: "text", text: piece, weight }];
      return index === 0 ? stretch : [{ kind: "break" }, ...stretch];
    }),
  );
}
