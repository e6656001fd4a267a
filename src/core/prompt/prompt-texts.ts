import type { PromptSyntax } from "./chunks.ts";
import { promptAt } from "./prompt-editing.ts";
import { splitSubprompts } from "./subprompts.ts";
import type { WeightedText } from "./subprompts.ts";

export interface PromptReading {
  syntax: PromptSyntax;
  /** How many steps the prompt is read for; a fraction in `[from:to:0.5]` is one of these. */
  steps: number;
  /** A negative prompt is one text: in it, `AND` is a word. */
  negative: boolean;
}

/**
 * What a prompt says at each step: one text, or several with weights (`AND`). Emphasis and BREAK still stand in the
 * texts; with the plain syntax a prompt is one text from the first step to the last.
 */
export function promptTexts(prompt: string, { syntax, steps, negative }: PromptReading): WeightedText[][] {
  const whole = [{ text: prompt, weight: 1 }];
  const subprompts = syntax === "plain" || negative ? whole : splitSubprompts(prompt);
  const edited = syntax !== "plain" && prompt.includes("[");
  return Array.from({ length: steps }, (_, step) =>
    edited
      ? subprompts.map(({ text, weight }) => ({ text: promptAt(text, step, steps), weight }))
      : subprompts,
  );
}
