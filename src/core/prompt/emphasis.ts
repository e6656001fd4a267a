import { clippedWeight } from "./weight.ts";

/** A stretch of prompt text with one weight; BREAK ends a chunk of tokens. */
export type PromptPart = { kind: "text"; text: string; weight: number } | { kind: "break" };

type BracketKind = "(" | "[";
const FACTOR: Readonly<Record<BracketKind, number>> = { "(": 1.1, "[": 1 / 1.1 };

/** A pair of brackets: the parts from `from` on and before `to` are in it. */
interface Bracket {
  readonly from: number;
  to: number;
  factor: number;
}

const TOKEN = /\\[^]?|[()[\]]|:\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*\)|[^\\()[\]:]+|:/g;
/** The word alone, in capitals. */
const BREAK = /(?<![\p{L}\p{N}_])BREAK(?![\p{L}\p{N}_])/u;

/**
 * Reads AUTOMATIC1111's emphasis: `(x)` times 1.1, `[x]` divided by 1.1, `(x:1.3)` times 1.3; they nest and multiply.
 * A backslash makes the next character a plain one, an unclosed bracket runs to the end of the prompt, a closing one
 * without its opening is text. Round and square brackets are paired apart from each other. `BREAK` starts a new chunk.
 */
export function parseEmphasis(prompt: string): PromptPart[] {
  const parts: PromptPart[] = [];
  const brackets: Record<BracketKind, Bracket[]> = { "(": [], "[": [] };
  const open: Record<BracketKind, Bracket[]> = { "(": [], "[": [] };
  const close = (kind: BracketKind, factor: number): boolean => {
    const bracket = open[kind].pop();
    if (bracket === undefined) return false;
    bracket.factor = factor;
    bracket.to = parts.length;
    return true;
  };

  for (const { 0: token, 1: weight } of prompt.matchAll(TOKEN)) {
    if (token === "(" || token === "[") {
      const bracket = { from: parts.length, to: Infinity, factor: FACTOR[token] };
      brackets[token].push(bracket);
      open[token].push(bracket);
    } else if (weight !== undefined && close("(", Number(weight))) continue;
    else if (token === ")" && close("(", FACTOR["("])) continue;
    else if (token === "]" && close("[", FACTOR["["])) continue;
    else if (token.startsWith("\\")) parts.push({ kind: "text", text: token.slice(1), weight: 1 });
    else parts.push(...splitBreaks(token));
  }

  const round = products(brackets["("], parts.length);
  const square = products(brackets["["], parts.length);
  return mergeEqualWeights(
    parts.map((part, i) =>
      part.kind === "break" ? part : { ...part, weight: clippedWeight(round[i]! * square[i]!) },
    ),
  );
}

/**
 * For each part the product of the brackets around it.
 * @param brackets in the order of their opening, one in the other or one after the other
 */
function products(brackets: readonly Bracket[], count: number): number[] {
  const around: { to: number; product: number }[] = [];
  let next = 0;
  return Array.from({ length: count }, (_, part) => {
    while (around.length > 0 && around.at(-1)!.to <= part) around.pop();
    for (; brackets[next]?.from === part; next++) {
      const { to, factor } = brackets[next]!;
      // An empty one holds no part.
      if (to > part) around.push({ to, product: clippedWeight((around.at(-1)?.product ?? 1) * factor) });
    }
    return around.at(-1)?.product ?? 1;
  });
}

/** A prompt without syntax: every character means itself. */
export function plainPrompt(prompt: string): PromptPart[] {
  return [{ kind: "text", text: prompt, weight: 1 }];
}

function splitBreaks(text: string): PromptPart[] {
  return text.split(BREAK).flatMap((piece, index): PromptPart[] => {
    const stretch: PromptPart = { kind: "text", text: piece, weight: 1 };
    return index === 0 ? [stretch] : [{ kind: "break" }, stretch];
  });
}

/** Neighbours of one weight are one stretch of text, so that no word is torn by a bracket that changed nothing. */
function mergeEqualWeights(parts: readonly PromptPart[]): PromptPart[] {
  const merged: PromptPart[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (part.kind === "break") merged.push(part);
    else if (part.text === "") continue;
    else if (last?.kind === "text" && last.weight === part.weight) last.text += part.text;
    else merged.push({ ...part });
  }
  return merged;
}
