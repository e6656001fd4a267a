/** A named snippet: it is added to what the prompts say, or has them in it where it says `{prompt}`. */
export interface Style {
  name: string;
  prompt: string;
  negativePrompt: string;
}

export interface Prompts {
  prompt: string;
  negativePrompt: string;
}

/** The prompts with the styles on them, in the order in which they were chosen. */
export function applyStyles(prompts: Prompts, styles: readonly Style[]): Prompts {
  return styles.reduce<Prompts>(
    (styled, style) => ({
      prompt: applied(styled.prompt, style.prompt),
      negativePrompt: applied(styled.negativePrompt, style.negativePrompt),
    }),
    prompts,
  );
}

function applied(prompt: string, snippet: string): string {
  if (snippet.trim() === "") return prompt;
  if (snippet.includes("{prompt}")) return snippet.replaceAll("{prompt}", () => prompt.trim());
  return [prompt.trim(), snippet.trim()].filter((part) => part !== "").join(", ");
}
