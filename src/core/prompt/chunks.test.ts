import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { promptChunks } from "./chunks.ts";
import { ClipTokenizer } from "./clip-tokenizer.ts";
import { readClipVocabulary } from "./clip-vocabulary.ts";

const file = (name: string): string => readFileSync(`models/easel-mini/tokenizer/${name}`, "utf8");
const tokenizer = new ClipTokenizer(
  readClipVocabulary({ vocab: file("vocab.json"), merges: file("merges.txt") }),
);
const chunks = (prompt: string): number[][] =>
  promptChunks(prompt, "a1111", tokenizer).map((chunk) => chunk.ids);
const { startId, endId, padId } = tokenizer;

/** "b" is one token of the vocabulary, and so is a comma. */
const words = (count: number): string => Array.from({ length: count }, () => "b").join(" ");
const b = tokenizer.encode("b")[0]!;
const comma = tokenizer.encode(",")[0]!;

test("a short prompt is one chunk of 77: start, tokens, end, padding", () => {
  expect(chunks("b b")).toEqual([[startId, b, b, endId, ...Array<number>(73).fill(padId)]]);
});

test("an empty prompt is one chunk without words", () => {
  expect(chunks("")).toEqual([[startId, endId, ...Array<number>(75).fill(padId)]]);
});

test("75 tokens fill a chunk, the 76th opens another", () => {
  expect(chunks(words(75))).toHaveLength(1);
  const [first, second] = chunks(words(76));
  expect(first).toEqual([startId, ...Array<number>(75).fill(b), endId]);
  expect(second!.slice(0, 3)).toEqual([startId, b, endId]);
});

test("a phrase that would be torn moves whole where a comma lies within the last 20 tokens", () => {
  const [first, second] = chunks(`${words(60)}, ${words(20)}`);
  expect(first!.slice(60, 64)).toEqual([b, comma, endId, padId]);
  expect(second!.slice(0, 22)).toEqual([startId, ...Array<number>(20).fill(b), endId]);
});

test("the last 20 tokens of a chunk are its 56th to its 75th", () => {
  expect(chunks(`${words(55)}, ${words(20)}`)[0]!.slice(56, 59)).toEqual([comma, endId, padId]);
  expect(chunks(`${words(54)}, ${words(21)}`)[0]!.indexOf(endId)).toBe(76);
});

test("a comma that would be the 76th token opens the next chunk", () => {
  const [first, second] = chunks(`${words(60)}, ${words(14)}, b`);
  expect(first!.indexOf(endId)).toBe(76);
  expect(second!.slice(0, 4)).toEqual([startId, comma, b, endId]);
});

test("a comma further back does not break the chunk", () => {
  const [first] = chunks(`${words(20)}, ${words(60)}`);
  expect(first!.indexOf(endId)).toBe(76);
});

test("BREAK opens a chunk, and each token carries its weight", () => {
  const [first, second] = promptChunks("b (b:2) BREAK b", "a1111", tokenizer);
  expect(first!.weights.slice(0, 4)).toEqual([1, 1, 2, 1]);
  expect(second!.ids.slice(0, 3)).toEqual([startId, b, endId]);
});

test("in plain syntax a bracket is a bracket", () => {
  const [chunk] = promptChunks("(b:2)", "plain", tokenizer);
  expect(chunk!.ids.slice(1, 6)).toEqual(tokenizer.encode("(b:2)").slice(0, 5));
  expect(new Set(chunk!.weights)).toEqual(new Set([1]));
});
