import fc from "fast-check";
import { expect, test } from "vitest";
import { splitSubprompts } from "./subprompts.ts";

const read = (prompt: string): [string, number][] =>
  splitSubprompts(prompt).map(({ text, weight }) => [text, weight]);

test.each<[string, [string, number][]]>([
  ["a cat", [["a cat", 1]]],
  [
    "a cat AND a dog",
    [
      ["a cat ", 1],
      [" a dog", 1],
    ],
  ],
  [
    "a cat :1.2 AND a dog AND a penguin :2.2",
    [
      ["a cat ", 1.2],
      [" a dog ", 1],
      [" a penguin ", 2.2],
    ],
  ],
  [
    "a:.5 AND b: -1  AND c:+2.",
    [
      ["a", 0.5],
      [" b", -1],
      [" c", 2],
    ],
  ],
  // Without AND a number at the end is text; so is one that is not at the end.
  ["meet at 10:30", [["meet at 10:30", 1]]],
  [
    "10:30 sharp AND (a:1.2)",
    [
      ["10:30 sharp ", 1],
      [" (a:1.2)", 1],
    ],
  ],
  // A word of its own, in capitals.
  [
    "SAND AND HANDS and ANDY",
    [
      ["SAND ", 1],
      [" HANDS and ANDY", 1],
    ],
  ],
  [
    "a,AND,b",
    [
      ["a,", 1],
      [",b", 1],
    ],
  ],
  [
    "AND",
    [
      ["", 1],
      ["", 1],
    ],
  ],
  // It parts inside brackets too.
  [
    "(a AND b)",
    [
      ["(a ", 1],
      [" b)", 1],
    ],
  ],
  // After a backslash it is a word, and a colon is a colon; not after an escaped backslash.
  ["rock \\AND roll", [["rock \\AND roll", 1]]],
  ["A\\ND", [["A\\ND", 1]]],
  [
    "a \\\\AND b",
    [
      ["a \\\\", 1],
      [" b", 1],
    ],
  ],
  [
    "a\\:2 AND b\\\\:2",
    [
      ["a\\:2 ", 1],
      [" b\\\\", 2],
    ],
  ],
])("%s", (prompt, expected) => {
  expect(read(prompt)).toEqual(expected);
});

test("any text is parted, and joined again it is whole where no weight was taken", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", " ", "AND", "[", ")", "\\", "猫") }), (prompt) => {
      expect(
        splitSubprompts(prompt)
          .map(({ text }) => text)
          .join("AND"),
      ).toBe(prompt);
    }),
  );
});

test.each([
  ["words", "AND ".repeat(2_500)],
  ["backslashes", `${"\\".repeat(9_990)} AND`],
  ["a long number", `a AND b:${"1".repeat(9_980)}x`],
  ["colons and white space", `a AND ${": ".repeat(4_990)}`],
])("10,000 characters of %s are parted", (_, prompt) => {
  expect(splitSubprompts(prompt).length).toBeGreaterThan(1);
});
