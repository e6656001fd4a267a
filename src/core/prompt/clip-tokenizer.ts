import { EaselError } from "../../contracts/errors.ts";
import { toByteCharacters } from "./byte-alphabet.ts";

export interface ClipTokenizerFiles {
  /** tokenizer/vocab.json: token -> id. */
  vocab: string;
  /** tokenizer/merges.txt: a version line, then one merge a line, best first. */
  merges: string;
  /** tokenizer/tokenizer_config.json, where the export has one: names the special tokens. */
  config?: string | undefined;
  /** tokenizer/special_tokens_map.json, where there is one: it has the last word (SD 2.x pads with "!" by it). */
  specialTokens?: string | undefined;
}

/**
 * CLIP's pre-tokenizer: contractions, runs of letters, single digits, runs of the rest. White space is Unicode's
 * property: JavaScript's own \s differs from it in U+0085 and U+FEFF.
 */
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}]+/gu;
const WORD_END = "</w>";

/** CLIP's byte-pair encoding; gives the ids that transformers' CLIPTokenizerFast gives, without start and end. */
export class ClipTokenizer {
  readonly startId: number;
  readonly endId: number;
  readonly padId: number;
  /** The id of `,</w>`: where a chunk may break. */
  readonly commaId: number | undefined;
  readonly #ids: Map<string, number>;
  readonly #ranks: Map<string, number>;
  readonly #unknownId: number;
  readonly #special: RegExp;
  readonly #cache = new Map<string, readonly number[]>();

  constructor(files: ClipTokenizerFiles) {
    this.#ids = new Map(Object.entries(JSON.parse(files.vocab) as Record<string, number>));
    const lines = files.merges.split("\n").filter((line) => line !== "" && !line.startsWith("#version"));
    this.#ranks = new Map(lines.map((line, rank) => [line, rank]));
    const config = { ...parseObject(files.config), ...parseObject(files.specialTokens) };
    const start = specialToken(config["bos_token"], "<|startoftext|>");
    const end = specialToken(config["eos_token"], "<|endoftext|>");
    this.startId = this.#required(start);
    this.endId = this.#required(end);
    this.padId = this.#required(specialToken(config["pad_token"], end));
    this.#unknownId = this.#required(specialToken(config["unk_token"], end));
    this.commaId = this.#ids.get(`,${WORD_END}`);
    this.#special = new RegExp(`(${[start, end].map(escapeRegExp).join("|")})`);
  }

  /** Token ids of a text, without start, end and padding. */
  encode(text: string): number[] {
    return text.split(this.#special).flatMap((piece, index) => {
      // The split keeps the special tokens at the odd places.
      if (index % 2 === 1) return [this.#required(piece)];
      return (lowerCase(piece.normalize("NFC")).match(WORDS) ?? []).flatMap((word) => this.#encodeWord(word));
    });
  }

  #encodeWord(word: string): readonly number[] {
    const known = this.#cache.get(word);
    if (known !== undefined) return known;
    const symbols = toByteCharacters(word);
    symbols.push(symbols.pop()! + WORD_END);
    const ids = this.#merge(symbols).map((symbol) => this.#ids.get(symbol) ?? this.#unknownId);
    this.#cache.set(word, ids);
    return ids;
  }

  /** Joins the neighbours of the best rank, leftmost first, until no pair is a known merge. */
  #merge(symbols: string[]): string[] {
    for (;;) {
      let best = -1;
      let bestRank = Infinity;
      for (let i = 0; i + 1 < symbols.length; i++) {
        const rank = this.#ranks.get(`${symbols[i]} ${symbols[i + 1]}`);
        if (rank !== undefined && rank < bestRank) [best, bestRank] = [i, rank];
      }
      if (best < 0) return symbols;
      symbols.splice(best, 2, `${symbols[best]}${symbols[best + 1]}`);
    }
  }

  #required(token: string): number {
    const id = this.#ids.get(token);
    if (id === undefined) {
      throw new EaselError("model_corrupt", `The model's tokenizer/vocab.json has no token "${token}".`);
    }
    return id;
  }
}

/** Character by character, as the reference does: the sigma that ends a Greek word stays a common sigma. */
function lowerCase(text: string): string {
  return Array.from(text, (character) => character.toLowerCase()).join("");
}

function parseObject(json: string | undefined): Record<string, unknown> {
  return json === undefined ? {} : (JSON.parse(json) as Record<string, unknown>);
}

/** A special token is written as a string, or as an object with `content`. */
function specialToken(entry: unknown, fallback: string): string {
  if (typeof entry === "string") return entry;
  if (
    typeof entry === "object" &&
    entry !== null &&
    "content" in entry &&
    typeof entry.content === "string"
  ) {
    return entry.content;
  }
  return fallback;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
