import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { promptChunks } from "./chunks.ts";
import { ClipTokenizer } from "./clip-tokenizer.ts";

/** What transformers' CLIPTokenizerFast gives (models/lab, `python -m lab.vectors --only tokenizer`). */
const { cases } = JSON.parse(readFileSync("models/lab/vectors/tokenizer.json", "utf8")) as {
  cases: { text: string; ids?: number[]; padded?: number[] }[];
};
const whole = cases.flatMap(({ text, ids }) => (ids === undefined ? [] : [{ text, ids }]));
const padded = cases.flatMap(({ text, padded: ids }) => (ids === undefined ? [] : [{ text, ids }]));

const file = (name: string): string => readFileSync(`models/easel-mini/tokenizer/${name}`, "utf8");
const tokenizer = new ClipTokenizer({
  vocab: file("vocab.json"),
  merges: file("merges.txt"),
  config: file("tokenizer_config.json"),
});

describe("ids are those of CLIPTokenizerFast", () => {
  test.each(whole.map((vector) => [JSON.stringify(vector.text), vector] as const))(
    "%s",
    (_, { text, ids }) => {
      expect([tokenizer.startId, ...tokenizer.encode(text), tokenizer.endId]).toEqual(ids);
    },
  );

  test.each(padded.map((vector) => [JSON.stringify(vector.text), vector] as const))(
    "%s as a chunk of 77",
    (_, vector) => {
      expect(promptChunks(vector.text, "plain", tokenizer)[0]!.ids).toEqual(vector.ids);
    },
  );
});

test("a final sigma is lowered character by character, U+0085 parts words, the special tokens are known in a text", () => {
  expect(tokenizer.encode("ΟΔΟΣ")).toEqual(tokenizer.encode("οδοσ"));
  expect(tokenizer.encode("a\u0085b")).toEqual(tokenizer.encode("a b"));
  expect(tokenizer.encode("a<|endoftext|>b")).toEqual([
    ...tokenizer.encode("a"),
    tokenizer.endId,
    ...tokenizer.encode("b"),
  ]);
});

test("a vocabulary without the end token is refused as a corrupt model", () => {
  const make = (): ClipTokenizer =>
    new ClipTokenizer({ vocab: `{"a</w>": 0, "<|startoftext|>": 1}`, merges: "" });
  expect(make).toThrowError(expect.objectContaining({ code: "model_corrupt" }));
});
