const MAX_WORDS_CHARACTERS = 48;

/** A download's name: the prompt's first words, safe on every file system, and the seed; letters of any script. */
export function pictureFileName(prompt: string, seed: number): string {
  const words = prompt
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .slice(0, MAX_WORDS_CHARACTERS)
    .replace(/^-+|-+$/g, "");
  return `${words === "" ? "easel" : words}-${seed}.png`;
}
