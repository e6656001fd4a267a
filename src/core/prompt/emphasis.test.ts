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
    ["", []],
  ])("%s", (prompt, expected) => {
    expect(read(prompt)).toEqual(expected);
  });

  test("no text makes it fail, and text without syntax comes back whole", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab ()[]:\\.1,\nBREAK|") }), (prompt) => {
        for (const part of parseEmphasis(prompt)) if (part.kind === "text") expect(part.weight).not.toBeNaN();
        const plain = prompt.replace(/[()[\]\\:B]/g, "");
        const whole = parseEmphasis(plain).map((part) => (part.kind === "text" ? part.text : ""));
        expect(whole.join("").trim()).toBe(plain.trim());
      }),
    );
  });
});
