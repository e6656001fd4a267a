import { toByteCharacters } from "./byte-alphabet.ts";
import { mergeBytePairs } from "./byte-pair-merge.ts";
import type { AddedToken, ClipVocabulary } from "./clip-vocabulary.ts";

/**
 * CLIP's pre-tokenizer: contractions, runs of letters, single digits, runs of the rest. White space is Unicode's
 * property: JavaScript's own \s differs from it in U+0085 and U+FEFF.
 */
const WORDS =
  /<\|(?:start|end)oftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}]+/gu;
/** The name of a special token that is none here (typed in capitals, say): three words, whatever signs follow it. */
const SPECIAL_NAME = /^(<\|)(\p{L}+)(\|>)$/u;
const WORD_END = "</w>";
/** Words whose ids are remembered: prompts are written with few words, again and again. */
const CACHED_WORDS = 10_000;

/**
 * CLIP's byte-pair encoding; gives the ids that transformers' CLIPTokenizerFast gives, without start and end. Letters
 * are what this JavaScript engine's Unicode says they are; the tables of transformers may be a version older.
 */
export class ClipTokenizer {
  readonly startId: number;
  readonly endId: number;
  readonly padId: number;
  /** The id of `,</w>`: where a chunk may break. */
  readonly commaId: number | undefined;
  readonly #vocabulary: ClipVocabulary;
  readonly #addedIds: ReadonlyMap<string, number>;
  readonly #typed: RegExp;
  readonly #normalized: RegExp;
  readonly #cache = new Map<string, readonly number[]>();

  constructor(vocabulary: ClipVocabulary) {
    this.#vocabulary = vocabulary;
    this.startId = vocabulary.startId;
    this.endId = vocabulary.endId;
    this.padId = vocabulary.padId;
    this.commaId = vocabulary.ids.get(`,${WORD_END}`);
    this.#addedIds = new Map(vocabulary.added.map(({ content, id }) => [content, id]));
    this.#typed = anyOf(vocabulary.added.filter(({ normalized }) => !normalized));
    this.#normalized = anyOf(vocabulary.added.filter(({ normalized }) => normalized));
  }

  /** Token ids of a text, without start, end and padding. */
  encode(text: string): number[] {
    const ids: number[] = [];
    this.#split(text, this.#typed, ids, (typed) =>
      this.#split(lowerCase(typed.normalize("NFC")), this.#normalized, ids, (piece) => {
        for (const word of wordsOf(piece)) for (const id of this.#encodeWord(word)) ids.push(id);
      }),
    );
    return ids;
  }

  /** Hands on what is between the added tokens, and puts their own ids where they stand. */
  #split(text: string, added: RegExp, ids: number[], between: (piece: string) => void): void {
    // The split keeps the added tokens at the odd places.
    for (const [index, piece] of text.split(added).entries()) {
      if (index % 2 === 1) ids.push(this.#addedIds.get(piece)!);
      else between(piece);
    }
  }

  #encodeWord(word: string): readonly number[] {
    const known = this.#cache.get(word);
    if (known !== undefined) return known;
    const { ids, ranks, unknownId } = this.#vocabulary;
    const symbols = toByteCharacters(word);
    symbols.push(symbols.pop()! + WORD_END);
    const encoded = mergeBytePairs(symbols, ranks).map((symbol) => ids.get(symbol) ?? unknownId);
    if (this.#cache.size >= CACHED_WORDS) this.#cache.clear();
    this.#cache.set(word, encoded);
    return encoded;
  }
}

function wordsOf(text: string): string[] {
  const words = text.match(WORDS) ?? [];
  return words.flatMap((word) => SPECIAL_NAME.exec(word)?.slice(1) ?? word);
}

/** Character by character, as the reference does: the sigma that ends a Greek word stays a common sigma. */
function lowerCase(text: string): string {
  return Array.from(text, (character) => character.toLowerCase()).join("");
}

/** Finds and keeps any of the tokens, the longest where several begin at one place; without tokens it finds nothing. */
function anyOf(tokens: readonly AddedToken[]): RegExp {
  const contents = tokens.map(({ content }) => content).sort((a, b) => b.length - a.length);
  return contents.length === 0 ? /(?!)/ : new RegExp(`(${contents.map(escapeRegExp).join("|")})`);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
