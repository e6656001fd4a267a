/**
 * A text as a prompt that means just that text, whole or as a piece of a larger prompt. AUTOMATIC1111 reads it the
 * same: it takes no backslash before AND and BREAK, but one inside them.
 */
export function escapePrompt(text: string): string {
  return text
    .replace(/[\\()[\]:|]/g, "\\$&")
    .replace(/(?<![\p{L}\p{N}_])A(?=ND(?![\p{L}\p{N}_]))/gu, "A\\")
    .replace(/(?<![\p{L}\p{N}_])B(?=REAK(?![\p{L}\p{N}_]))/gu, "B\\");
}
