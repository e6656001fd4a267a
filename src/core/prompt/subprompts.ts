import { clippedWeight } from "./weight.ts";

/** A text and how hard it pulls. */
export interface WeightedText {
  readonly text: string;
  readonly weight: number;
}

/** The word AND, in capitals; after a backslash (an odd number of them) it is a word like others. */
const AND = /(?<![\p{L}\p{N}_])AND(?![\p{L}\p{N}_])(?<!(?<!\\)(?:\\\\)*\\AND)/u;
const TRAILING_WEIGHT = /:(?<!(?<!\\)(?:\\\\)*\\:)\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*$/;

/**
 * The prompts that `AND` parts, each with its weight: `a cat :1.2 AND a dog` is a cat at 1.2 and a dog at 1 (composable
 * diffusion). It parts wherever it stands, inside brackets too. Without an `AND` a colon and a number at the end are
 * text: a prompt may end in "at 10:30".
 */
export function splitSubprompts(prompt: string): WeightedText[] {
  const texts = prompt.split(AND);
  if (texts.length === 1) return [{ text: prompt, weight: 1 }];
  return texts.map((text) => {
    const found = TRAILING_WEIGHT.exec(text);
    if (found === null) return { text, weight: 1 };
    return { text: text.slice(0, found.index), weight: clippedWeight(Number(found[1])) };
  });
}
