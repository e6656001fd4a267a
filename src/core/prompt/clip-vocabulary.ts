import { EaselError } from "../../contracts/errors.ts";

/** The files of a tokenizer's folder, as text: vocab.json with merges.txt, or tokenizer.json, which holds both. */
export interface ClipTokenizerFiles {
  /** vocab.json: token -> id. */
  vocab?: string | undefined;
  /** merges.txt: a version line, then one merge a line, best first. */
  merges?: string | undefined;
  /** tokenizer.json, as Hugging Face's tokenizers library writes it. */
  tokenizer?: string | undefined;
  /** tokenizer_config.json, where the export has one: names the special tokens. */
  config?: string | undefined;
  /** special_tokens_map.json, where there is one: it has the last word (SD 2.x pads with "!" by it). */
  specialTokens?: string | undefined;
  /** The padding token, where none of the files has it right. */
  padToken?: string | undefined;
}

/** A token that is found in a text before it is parted into words. */
export interface AddedToken {
  readonly content: string;
  readonly id: number;
  /** Looked for after the text was normalised (and so in any case), not in the text as it was typed. */
  readonly normalized: boolean;
}

export interface ClipVocabulary {
  readonly ids: ReadonlyMap<string, number>;
  /** A merge's two halves, joined by a space -> its rank; the lowest goes first. */
  readonly ranks: ReadonlyMap<string, number>;
  readonly added: readonly AddedToken[];
  readonly startId: number;
  readonly endId: number;
  readonly padId: number;
  readonly unknownId: number;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a CLIP tokenizer's files. The special tokens are found in a text too, the padding one as well: with SD 2.x's
 * settings "!" is the token 0 wherever it stands, as it is for transformers.
 * @param folder the files' folder in the model, for the errors
 * @throws EaselError `model_corrupt`, naming the file
 */
export function readClipVocabulary(files: ClipTokenizerFiles, folder = "tokenizer"): ClipVocabulary {
  const read = files.vocab === undefined && files.merges === undefined ? readTokenizerJson : readPair;
  const { ids, merges, listed, source } = read(files, folder);
  const config = readObject(files.config ?? "{}", `${folder}/tokenizer_config.json`);
  const special = readObject(files.specialTokens ?? "{}", `${folder}/special_tokens_map.json`);
  const declared: Json = {
    ...config,
    ...special,
    ...(files.padToken === undefined ? {} : { pad_token: files.padToken }),
  };

  // A list of tokens with their ids says more of a token than its role does.
  const withIds = new Map([...listed, ...readDecoder(config)].map((token) => [token.content, token]));
  const added = new Map(withIds);
  const idOf = (content: string): number => {
    const id = ids.get(content) ?? withIds.get(content)?.id;
    if (id === undefined) throw corrupt(source, `it has no token "${content}".`);
    return id;
  };
  const role = (name: string, fallback: string): string => {
    const content = contentOf(declared[name]) ?? fallback;
    const normalized = isNormalized(declared[name]);
    if (!withIds.has(content)) added.set(content, { content, id: idOf(content), normalized });
    return content;
  };
  const start = role("bos_token", "<|startoftext|>");
  const end = role("eos_token", "<|endoftext|>");
  const unknown = role("unk_token", end);
  const pad = role("pad_token", end);

  return {
    ids,
    ranks: new Map(merges.map((merge, rank) => [merge, rank])),
    added: [...added.values()],
    startId: idOf(start),
    endId: idOf(end),
    padId: idOf(pad),
    unknownId: idOf(unknown),
  };
}

interface Tables {
  ids: Map<string, number>;
  merges: string[];
  /** Added tokens, where the file lists them. */
  listed: AddedToken[];
  /** The file that holds the tokens. */
  source: string;
}

function readPair(files: ClipTokenizerFiles, folder: string): Tables {
  const source = `${folder}/vocab.json`;
  if (files.vocab === undefined) throw corrupt(source, "it is missing, though there is a merges.txt.");
  const path = `${folder}/merges.txt`;
  if (files.merges === undefined) throw corrupt(path, "it is missing, though there is a vocab.json.");
  const ids = readIds(readObject(files.vocab, source), source);
  const merges = files.merges.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#version"));
  requireMerges(merges, ids, path);
  return { ids, merges, listed: [], source };
}

function readTokenizerJson(files: ClipTokenizerFiles, folder: string): Tables {
  const source = `${folder}/tokenizer.json`;
  if (files.tokenizer === undefined) {
    throw corrupt(source, "neither it is there nor vocab.json with merges.txt: one of both is needed.");
  }
  const content = readObject(files.tokenizer, source);
  const model = asObject(content["model"]);
  if (model?.["type"] !== "BPE" || model["end_of_word_suffix"] !== "</w>") {
    throw corrupt(source, 'expected CLIP\'s model: "type" BPE, "end_of_word_suffix" </w>.');
  }
  const ids = readIds(asObject(model["vocab"]), source);
  // A merge is written as "a b", or as ["a", "b"] since tokenizers 0.20.
  const merges = asArray(model["merges"]).map((merge) =>
    Array.isArray(merge) ? merge.join(" ") : String(merge),
  );
  requireMerges(merges, ids, source);
  const listed = asArray(content["added_tokens"]).flatMap((token) =>
    readAdded(token, asObject(token)?.["id"]),
  );
  return { ids, merges, listed, source };
}

function readIds(vocab: Json | undefined, source: string): Map<string, number> {
  const entries = Object.entries(vocab ?? {});
  if (entries.length === 0) throw corrupt(source, "expected an object from token to id with tokens in it.");
  const wrong = entries.find(([, id]) => !Number.isInteger(id) || (id as number) < 0);
  if (wrong !== undefined) throw corrupt(source, `the id of "${wrong[0]}" is ${JSON.stringify(wrong[1])}.`);
  return new Map(entries as [string, number][]);
}

/** Each merge makes a token of two: a line that does not is no merge, or belongs to another vocabulary. */
function requireMerges(merges: readonly string[], ids: ReadonlyMap<string, number>, path: string): void {
  const wrong = merges.findIndex((merge) => {
    const halves = merge.split(" ");
    return halves.length !== 2 || !ids.has(halves.join(""));
  });
  if (wrong >= 0) {
    throw corrupt(path, `merge ${wrong + 1}, "${merges[wrong]}", makes no token of the vocabulary.`);
  }
}

/** tokenizer_config.json's list of added tokens, by id. */
function readDecoder(config: Json): AddedToken[] {
  const decoder = asObject(config["added_tokens_decoder"]) ?? {};
  return Object.entries(decoder).flatMap(([id, token]) => readAdded(token, Number(id)));
}

function readAdded(token: unknown, id: unknown): AddedToken[] {
  const content = contentOf(token);
  return content === undefined || content === "" || !Number.isInteger(id)
    ? []
    : [{ content, id: id as number, normalized: isNormalized(token) }];
}

/** A token is written as a string, or as an object with `content`. */
function contentOf(entry: unknown): string | undefined {
  const content = typeof entry === "string" ? entry : asObject(entry)?.["content"];
  return typeof content === "string" ? content : undefined;
}

function isNormalized(entry: unknown): boolean {
  return asObject(entry)?.["normalized"] === true;
}

function readObject(json: string, path: string): Json {
  try {
    const value = asObject(JSON.parse(json));
    if (value !== undefined) return value;
  } catch (cause) {
    throw corrupt(path, `it is no JSON: ${String(cause)}`);
  }
  throw corrupt(path, "expected a JSON object.");
}

function asObject(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function corrupt(path: string, problem: string): EaselError {
  return new EaselError("model_corrupt", `The model's ${path} can't be used: ${problem}`);
}
