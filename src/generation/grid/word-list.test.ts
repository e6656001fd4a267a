import fc from "fast-check";
import { expect, test } from "vitest";
import { readWords, writeWords } from "./word-list.ts";

test.each([
  ["red, blue,green", ["red", "blue", "green"]],
  ["红色，蓝色", ["红色", "蓝色"]],
  ['"red, and blue", "say ""hello""", ""', ["red, and blue", 'say "hello"', ""]],
  ['5" nails, "half', ['5" nails', '"half']],
  [" , ,", []],
])("%s", (text, words) => {
  expect(readWords(text)).toEqual(words);
});

test("what was written is read as it was", () => {
  // Blank words without quotes are none; those of white space alone are kept in quotes.
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      expect(readWords(writeWords(words))).toEqual(words);
    }),
  );
});
