export function missingTexts(
  base: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
  language: string,
): string[];
export function compileMessages(): Promise<void>;
