import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { promptAt } from "./prompt-editing.ts";

/** What a prompt says at each of ten steps, equal neighbours counted: "3 x a, 7 x b". */
function read(prompt: string, steps = 10): string {
  const runs: { text: string; count: number }[] = [];
  for (let step = 0; step < steps; step++) {
    const text = promptAt(prompt, step, steps);
    const last = runs.at(-1);
    if (last?.text === text) last.count++;
    else runs.push({ text, count: 1 });
  }
  return runs.map(({ text, count }) => `${count} x ${text}`).join(" / ");
}

describe("AUTOMATIC1111's prompt editing", () => {
  test.each([
    ["a cat", "10 x a cat"],
    // An integer is a number of steps.
    ["a [cat:dog:3] b", "3 x a cat b / 7 x a dog b"],
    ["a [dog:3]", "3 x a  / 7 x a dog"],
    ["a [cat::3]", "3 x a cat / 7 x a "],
    ["a [ b : c : 1 ]d", "1 x a  b d / 9 x a  c d"],
    ["[a:b:0][a:b:-3][a:b:10][a:b:99]", "10 x bbaa"],
    // With a point it is a fraction of the steps, cut to whole steps.
    ["[a:b:.25]", "2 x a / 8 x b"],
    ["[a:b:0.5]", "5 x a / 5 x b"],
    ["[a:b:1.0]", "10 x a"],
    ["[a:b:1.]", "10 x a"],
    ["[a:b:1]", "1 x a / 9 x b"],
    ["[a:b:1e0]", "1 x a / 9 x b"],
    // Empty on both sides.
    ["x[:3]y[::3]", "10 x xy"],
    // Turns.
    ["[a|b]", Array.from({ length: 5 }, () => "1 x a / 1 x b").join(" / ")],
    ["[fe|]male", Array.from({ length: 5 }, () => "1 x female / 1 x male").join(" / ")],
    ["[a|||b]", "1 x a / 2 x  / 1 x b / 1 x a / 2 x  / 1 x b / 1 x a / 1 x "],
    // Nested.
    ["a[b:[c:d:4]:2]e", "2 x abe / 2 x ace / 6 x ade"],
    ["[a:[b|c]:8]", "8 x a / 1 x b / 1 x c"],
    ["[[a:b:1]|c]", "1 x a / 1 x c / 1 x b / 1 x c / 1 x b / 1 x c / 1 x b / 1 x c / 1 x b / 1 x c"],
    ["a [[[b]]:2]", "2 x a  / 8 x a [[b]]"],
    // Emphasis stays as it stands, and hides its colon.
    ["[x] (y) [(a:2):3]", "3 x [x] (y)  / 7 x [x] (y) (a:2)"],
    ["[(a|b):c:3]", "3 x (a|b) / 7 x c"],
    ["(a:[1.1:1.5:5])", "5 x (a:1.1) / 5 x (a:1.5)"],
    // What is no construct is text: no number, too many parts, mixed separators, a number from a bracket.
    ["[a:b] [3] [a:b:c:3] [a|b:3] [a:b:x]", "10 x [a:b] [3] [a:b:c:3] [a|b:3] [a:b:x]"],
    ["[a:b:[1|1]]", "10 x [a:b:1]"],
    ["a|b: c :3", "10 x a|b: c :3"],
    // Brackets without a partner are text; what is whole beside them counts.
    ["a [unbalanced", "10 x a [unbalanced"],
    ["((a][:b:c [d:3]", "3 x ((a][:b:c  / 7 x ((a][:b:c d"],
    ["[a) b:c:3]", "10 x [a) b:c:3]"],
    ["[a (b:c:3] [d:3]", "3 x [a (b:c:3]  / 7 x [a (b:c:3] d"],
    // Escaped separators and brackets belong to the text, with their backslash.
    ["[a\\:b\\|c:\\[d\\]:3]", "3 x a\\:b\\|c / 7 x \\[d\\]"],
    ["\\[a:b:3\\]", "10 x \\[a:b:3\\]"],
    ["[a:b:\\3]", "10 x [a:b:\\3]"],
    ["a\\", "10 x a\\"],
  ])("%s", (prompt, expected) => {
    expect(read(prompt)).toBe(expected);
  });

  test("a fraction is one of the steps that there are", () => {
    expect(read("[a:b:.5]", 7)).toBe("3 x a / 4 x b");
    expect(read("[a:b:.5]", 1)).toBe("1 x b");
  });

  test("any text is read, and one without square brackets is itself", () => {
    const unit = fc.oneof(
      fc.constantFrom(..."ab ()[]:|\\.123"),
      fc.constantFrom("[a:b:2]", "[a|b]", ":.5]", "猫"),
    );
    fc.assert(
      fc.property(fc.string({ unit }), fc.nat(20), (prompt, step) => {
        expect(promptAt(prompt, step, 21)).toBeTypeOf("string");
        const round = prompt.replace(/[[\]]/g, "");
        expect(promptAt(round, step, 21)).toBe(round);
      }),
    );
  });

  test("a prompt and what it is built of agree, whatever the parts", () => {
    const part = fc
      .string({ unit: fc.constantFrom(..."ab ,(猫"), maxLength: 5 })
      .map((text) => text.replaceAll("(", "(c)"));
    fc.assert(
      fc.property(part, part, part, fc.nat(9), fc.nat(9), (before, from, to, when, step) => {
        expect(promptAt(`${before}[${from}:${to}:${when}]`, step, 10)).toBe(
          before + (step < when ? from : to),
        );
        expect(promptAt(`[${from}|${to}|${before}]`, step, 10)).toBe([from, to, before][step % 3]);
      }),
    );
  });

  test.each([
    ["open brackets", "[".repeat(10_000)],
    ["closing ones", "]".repeat(10_000)],
    ["pairs", "[]".repeat(5_000)],
    ["round in square", "[(".repeat(5_000)],
    ["nested edits", "[".repeat(3_000) + "a" + ":3]".repeat(2_300)],
    ["nested turns", "[".repeat(3_300) + "|]".repeat(3_300)],
    ["backslashes", "\\".repeat(10_000)],
    ["colons", `[${":".repeat(9_998)}]`],
    ["a long number", `[a:${"1".repeat(9_990)}x]`],
    ["white space", `[a:${" ".repeat(9_990)}x]`],
  ])("10,000 characters of %s are read at every one of 150 steps", (_, prompt) => {
    for (let step = 0; step < 150; step++)
      expect(promptAt(prompt, step, 150).length).toBeLessThanOrEqual(10_000);
  });
});
