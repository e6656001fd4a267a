import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ClipTokenizer } from "./clip-tokenizer.ts";
import { readClipVocabulary } from "./clip-vocabulary.ts";
import { tokenCounts } from "./token-counts.ts";

const file = (name: string): string => readFileSync(`models/easel-mini/tokenizer/${name}`, "utf8");
const tokenizer = new ClipTokenizer(
  readClipVocabulary({ vocab: file("vocab.json"), merges: file("merges.txt") }),
);
const counts = (prompt: string, syntax: "a1111" | "plain" = "a1111", negative = false): number[] =>
  tokenCounts(prompt, { syntax, steps: 10, negative }, tokenizer);
const words = (count: number): string => Array.from({ length: count }, () => "b").join(" ");

test("a prompt's tokens are counted by chunk, without what its syntax is written with", () => {
  expect(counts("")).toEqual([0]);
  expect(counts("b (b:1.2) [b]")).toEqual([3]);
  expect(counts(words(78))).toEqual([75, 3]);
  expect(counts("b b BREAK b")).toEqual([2, 1]);
  expect(counts(`${words(60)}, ${words(20)}`)).toEqual([61, 20]);
});

test("of several texts the longest counts: of one said at other steps, of one beside it", () => {
  expect(counts("b [b:b b b:5]")).toEqual([4]);
  expect(counts("b [b b|]")).toEqual([3]);
  expect(counts("b AND b b AND b")).toEqual([2]);
  expect(counts(`${words(70)} AND b BREAK b`)).toEqual([1, 1]);
});

test("AND is a word of a negative prompt, and of a plain one", () => {
  const and = tokenizer.encode("and").length;
  expect(counts("b AND b", "a1111", true)).toEqual([2 + and]);
  expect(counts("b AND b", "plain")).toEqual([2 + and]);
});
