/**
 * The 256 characters that stand for the 256 bytes in a byte-level BPE vocabulary (GPT-2's alphabet): a byte that
 * prints in Latin-1 stands for itself, the others are numbered from U+0100 on.
 */
export const BYTE_ALPHABET: readonly string[] = Object.freeze(makeAlphabet());

function makeAlphabet(): string[] {
  const prints = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(prints(byte) ? byte : next++));
}

const encoder = new TextEncoder();

/** The text's UTF-8 bytes, each as one character of {@link BYTE_ALPHABET}. */
export function toByteCharacters(text: string): string[] {
  return Array.from(encoder.encode(text), (byte) => BYTE_ALPHABET[byte]!);
}
