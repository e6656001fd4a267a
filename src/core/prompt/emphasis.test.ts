import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseEmphasis } from "./emphasis.ts";

/** [text, weight] pairs, weights to five places. */
function read(prompt: string): (string | [string, number])[] {
  return parseEmphasis(prompt).map((part) =>
    part.kind === "break" ? "BREAK" : [part.text, Math.round(part.weight * 1e5) / 1e5],
  );
}

describe("AUTOMATIC1111's emphasis", () => {
  test.each([
    ["a red apple", [["a red apple", 1]]],
    [
      "a (red) apple",
      [
        ["a ", 1],
        ["red", 1.1],
        [" apple", 1],
      ],
    ],
    [
      "a [red] apple",
      [
        ["a ", 1],
        ["red", 0.90909],
        [" apple", 1],
      ],
    ],
    ["((a))", [["a", 1.21]]],
    ["(a:1.5)", [["a", 1.5]]],
    [
      "(a:.5) (b: 2)",
      [
        ["a", 0.5],
        [" ", 1],
        ["b", 2],
      ],
    ],
    [
      "(a (b:2) c)",
      [
        ["a ", 1.1],
        ["b", 2.2],
        [" c", 1.1],
      ],
    ],
    ["(a:-1)", [["a", -1]]],
    [
      "(unclosed [too",
      [
        ["unclosed ", 1.1],
        ["too", 1],
      ],
    ],
    ["stray ) ] :", [["stray ) ] :", 1]]],
    ["\\(literal\\) \\[x\\] \\\\", [["(literal) [x] \\", 1]]],
    ["a:1.5) b", [["a:1.5) b", 1]]],
    [
      "10:30 (x)",
      [
        ["10:30 ", 1],
        ["x", 1.1],
      ],
    ],
    ["a BREAK b", [["a ", 1], "BREAK", [" b", 1]]],
    ["BREAKFAST (a BREAK b:2)", [["BREAKFAST ", 1], ["a ", 2], "BREAK", [" b", 2]]],
    ["a,BREAK,b", [["a,", 1], "BREAK", [",b", 1]]],
    ["a \\BREAK b BRE\\AK", [["a BREAK b BREAK", 1]]],
    ["", []],
    // A backslash makes the next character a plain one, whichever it is; at the end there is none.
    [
      "(a\\:1.2) b\\c\\",
      [
        ["a:1.2", 1.1],
        [" bc", 1],
      ],
    ],
    // Round and square brackets are paired apart, and so may cross.
    [
      "(a [b) c] d",
      [
        ["a ", 1.1],
        ["b", 1],
        [" c", 0.90909],
        [" d", 1],
      ],
    ],
    ["(a:1.2.3)", [["a:1.2.3", 1.1]]],
    [
      "(a:+.5)(b:2.)",
      [
        ["a", 0.5],
        ["b", 2],
      ],
    ],
  ])("%s", (prompt, expected) => {
    expect(read(prompt)).toEqual(expected);
  });

  const anyPrompt = fc.string({ unit: fc.constantFrom(..."ab ()[]:\\.1,\nBREAK|") });

  test("any text is read, with weights that are numbers", () => {
    fc.assert(
      fc.property(fc.oneof(anyPrompt, fc.string({ unit: "grapheme" })), (prompt) => {
        const weights = parseEmphasis(prompt).map((part) => (part.kind === "text" ? part.weight : 1));
        expect(weights.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  test("a text without syntax is itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
        fc.pre(!/[()[\]\\]|BREAK/.test(text));
        expect(parseEmphasis(text)).toEqual([{ kind: "text", text, weight: 1 }]);
      }),
    );
  });

  test("weights multiply, brackets around brackets", () => {
    const weight = fc.integer({ min: -300, max: 300 }).map((hundredths) => hundredths / 100);
    const bracket = fc.oneof(
      weight.map((factor) => ({ factor, open: "(", close: `:${factor})` })),
      fc.constant({ factor: 1.1, open: "(", close: ")" }),
      fc.constant({ factor: 1 / 1.1, open: "[", close: "]" }),
    );
    fc.assert(
      fc.property(fc.array(bracket, { maxLength: 8 }), (brackets) => {
        const prompt = brackets.reduce((inner, { open, close }) => open + inner + close, "cat");
        const expected = brackets.reduce((product, { factor }) => product * factor, 1);
        const [part, ...others] = parseEmphasis(`a ${prompt} b`).filter(
          (one) => one.kind === "text" && one.text.includes("cat"),
        );
        expect(others).toEqual([]);
        expect(part).toMatchObject({ weight: expect.closeTo(expected, 9) as number });
      }),
    );
  });

  test("weights beyond measure stay numbers", () => {
    const [part] = parseEmphasis(`((a:0):${"9".repeat(400)})`);
    expect(part).toMatchObject({ text: "a", weight: 0 });
  });

  test.each([
    ["open brackets", "(".repeat(10_000)],
    ["words in open brackets", "(a".repeat(5_000)],
    ["closing ones", ":1)".repeat(3_333)],
    ["nested weights", `${"(".repeat(2_500)}a${":2)".repeat(2_500)}`],
    ["backslashes", "\\".repeat(10_000)],
    ["white space after a colon", `(a:${" ".repeat(9_990)}x)`],
    ["a long number", `(a:${"1".repeat(9_990)}x)`],
    ["BREAK", "BREAK ".repeat(1_666)],
  ])("10,000 characters of %s are read", (_, prompt) => {
    expect(parseEmphasis(prompt).length).toBeLessThanOrEqual(10_000);
  });
});
