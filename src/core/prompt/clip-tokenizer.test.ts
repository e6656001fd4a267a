import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { BYTE_ALPHABET } from "./byte-alphabet.ts";
import { promptChunks } from "./chunks.ts";
import { ClipTokenizer } from "./clip-tokenizer.ts";
import { readClipVocabulary } from "./clip-vocabulary.ts";
import type { ClipTokenizerFiles } from "./clip-vocabulary.ts";

/** What transformers' CLIPTokenizerFast gives (models/lab, `python -m lab.vectors --only tokenizer`). */
const VECTORS = "models/lab/vectors";
interface Case {
  text: string;
  ids?: number[];
  padded?: number[];
  /** In place of easel-mini's own. */
  files?: Record<string, unknown>;
  pad_id?: number;
}
const { cases } = JSON.parse(readFileSync(`${VECTORS}/tokenizer.json`, "utf8")) as { cases: Case[] };

const file = (name: string): string => readFileSync(`models/easel-mini/tokenizer/${name}`, "utf8");
const pair = { vocab: file("vocab.json"), merges: file("merges.txt") };
const own = { ...pair, config: file("tokenizer_config.json") };
const open = (files: ClipTokenizerFiles): ClipTokenizer => new ClipTokenizer(readClipVocabulary(files));
const tokenizer = open(own);

/** tokenizer.json as transformers writes it, as far as its ids go. */
function asTokenizerJson({ vocab, merges }: typeof pair, added: unknown[] = []): string {
  return JSON.stringify({
    added_tokens: added,
    model: {
      type: "BPE",
      end_of_word_suffix: "</w>",
      vocab: JSON.parse(vocab) as unknown,
      merges: merges
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.split(" ")),
    },
  });
}

describe("ids are those of CLIPTokenizerFast", () => {
  test.each(cases.filter((vector) => vector.ids !== undefined && vector.files === undefined))(
    "$text",
    ({ text, ids }) => {
      expect([tokenizer.startId, ...tokenizer.encode(text), tokenizer.endId]).toEqual(ids);
    },
  );

  test.each(cases.filter((vector) => vector.padded !== undefined))(
    "$text as a chunk of 77",
    ({ text, padded }) => {
      expect(promptChunks(text, "plain", tokenizer)[0]!.ids).toEqual(padded);
    },
  );

  test.each(cases.filter((vector) => vector.files !== undefined))(
    "$text with special tokens as other models settle them, padding with $pad_id",
    ({ text, ids, files, pad_id }) => {
      const settled = open({
        ...pair,
        config: JSON.stringify(files!["tokenizer_config.json"]),
        specialTokens: JSON.stringify(files!["special_tokens_map.json"]),
      });
      expect([settled.startId, ...settled.encode(text), settled.endId]).toEqual(ids);
      expect(settled.padId).toBe(pad_id);
    },
  );
});

// A second's work; the limit is there for a busy machine.
describe("ids of 10,000 texts", { timeout: 60_000 }, () => {
  const packed = (name: string): Buffer => gunzipSync(readFileSync(`${VECTORS}/${name}`));
  const { texts } = JSON.parse(packed("tokenizer-texts.json.gz").toString()) as { texts: string[] };

  /** The first text whose ids differ, with both; undefined where none does. */
  function firstDifference(tokens: ClipTokenizer, idsFile: string): unknown {
    const bytes = packed(idsFile);
    const numbers = Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i));
    let at = 0;
    for (const text of texts) {
      const expected = numbers.slice(at + 1, at + 1 + numbers[at]!);
      at += expected.length + 1;
      const ids = tokens.encode(text);
      if (ids.length !== expected.length || ids.some((id, i) => id !== expected[i])) {
        return { text, expected, ids };
      }
    }
    return at === numbers.length ? undefined : `${numbers.length - at} ids are left over`;
  }

  test("with easel-mini's vocabulary, from vocab.json and merges.txt and from tokenizer.json", () => {
    expect(texts).toHaveLength(10_000);
    const inOne = open({ tokenizer: asTokenizerJson(pair), config: own.config });
    expect(firstDifference(tokenizer, "tokenizer-ids-easel-mini.bin.gz")).toBeUndefined();
    expect(firstDifference(inOne, "tokenizer-ids-easel-mini.bin.gz")).toBeUndefined();
  });

  // CLIP's own merges are no part of the repository: where they lie beside the checkout, as in CI, they are tried too.
  const merges = "../shared/data/clip/bpe_simple_vocab_16e6.txt.gz";
  if (existsSync(merges)) {
    test("with CLIP's own vocabulary", () => {
      expect(firstDifference(clipsOwn(merges), "tokenizer-ids-clip.bin.gz")).toBeUndefined();
    });
  } else {
    console.info(`CLIP's own vocabulary is left out: there is no ${merges}.`);
  }
});

/** As CLIP builds it: 256 bytes, the same at a word's end, 48,894 merges, two special tokens; 49,408 in all. */
function clipsOwn(path: string): ClipTokenizer {
  const merges = gunzipSync(readFileSync(path)).toString().split("\n").slice(1, 48_895);
  // Bytes that print come first, in their order; the others follow.
  const bytes = [...BYTE_ALPHABET].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  const tokens = [
    ...bytes,
    ...bytes.map((byte) => `${byte}</w>`),
    ...merges.map((merge) => merge.replace(" ", "")),
    "<|startoftext|>",
    "<|endoftext|>",
  ];
  expect(tokens).toHaveLength(49_408);
  const vocab = JSON.stringify(Object.fromEntries(tokens.map((token, id) => [token, id])));
  return open({ vocab, merges: ["#version: 0.2", ...merges].join("\n") });
}

test("a final sigma is lowered character by character, U+0085 parts words, the special tokens are known in a text", () => {
  expect(tokenizer.encode("ΟΔΟΣ")).toEqual(tokenizer.encode("οδοσ"));
  expect(tokenizer.encode("a\u0085b")).toEqual(tokenizer.encode("a b"));
  expect(tokenizer.encode("a<|endoftext|>b")).toEqual([
    ...tokenizer.encode("a"),
    tokenizer.endId,
    ...tokenizer.encode("b"),
  ]);
});

test("a tokenizer.json's own list of added tokens counts, and merges may be written as one string", () => {
  const content = JSON.parse(
    asTokenizerJson(pair, [
      { id: 2012, content: "<|startoftext|>", normalized: true },
      { id: 5000, content: "<cat>" },
    ]),
  ) as { model: { merges: string[][] | string[] } };
  content.model.merges = (content.model.merges as string[][]).map((merge) => merge.join(" "));
  const inOne = open({ tokenizer: JSON.stringify(content) });
  expect(inOne.encode("a red <cat>")).toEqual([...tokenizer.encode("a red"), 5000]);
  expect(inOne.encode("<|StartOfText|>")).toEqual([2012]);
});

describe("a tokenizer that can't be used is a corrupt model, and the file is named", () => {
  const { vocab, merges } = pair;
  const model = { type: "BPE", end_of_word_suffix: "</w>" };
  test.each<[string, ClipTokenizerFiles, string]>([
    ["no file", {}, "tokenizer/tokenizer.json"],
    ["no merges.txt", { vocab }, "tokenizer/merges.txt"],
    ["no vocab.json", { merges }, "tokenizer/vocab.json"],
    ["vocab.json is a web page", { vocab: "<!doctype html>", merges }, "tokenizer/vocab.json"],
    ["vocab.json is a list", { vocab: "[]", merges }, "tokenizer/vocab.json"],
    ["vocab.json is empty", { vocab: "{}", merges: "" }, "tokenizer/vocab.json"],
    [
      "an id is no number",
      { vocab: `{"a": "1"}`, merges: "" },
      `tokenizer/vocab.json can't be used: the id of "a"`,
    ],
    ["no end token", { vocab: `{"<|startoftext|>": 1}`, merges: "" }, `no token "<|endoftext|>"`],
    [
      "merges.txt is a web page",
      { vocab, merges: "<!doctype html>" },
      "tokenizer/merges.txt can't be used: merge 1",
    ],
    ["another vocabulary's merges", { vocab, merges: "#version: 0.2\nqq qq" }, `merge 1, "qq qq"`],
    ["the settings are no JSON", { vocab, merges, config: "{" }, "tokenizer/tokenizer_config.json"],
    [
      "the special tokens are no object",
      { vocab, merges, specialTokens: "3" },
      "tokenizer/special_tokens_map.json",
    ],
    [
      "another kind of tokenizer.json",
      { tokenizer: `{"model": {"type": "Unigram"}}` },
      "tokenizer/tokenizer.json",
    ],
    ["tokenizer.json without tokens", { tokenizer: JSON.stringify({ model }) }, "tokenizer/tokenizer.json"],
  ])("%s", (_, files, named) => {
    expect(() => open(files)).toThrowError(
      expect.objectContaining({ code: "model_corrupt", message: expect.stringContaining(named) as string }),
    );
  });
});
