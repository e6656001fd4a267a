import fc from "fast-check";
import { expect, test } from "vitest";
import { parseEmphasis } from "./emphasis.ts";
import { escapePrompt } from "./escape-prompt.ts";
import { promptTexts } from "./prompt-texts.ts";

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."ab ()[]:|\\.12", "AND", "BREAK", "_", "猫"),
    fc.string({ unit: "grapheme", maxLength: 1 }),
  ),
  minLength: 1,
});
const STEPS = 4;

/** The prompt's texts at a step, each read to the end; undefined where one is emphasised or broken. */
function read(prompt: string, step: number): (string | undefined)[] {
  return promptTexts(prompt, { syntax: "a1111", steps: STEPS, negative: false })[step]!.map((said) => {
    const parts = parseEmphasis(said.text);
    const [part] = parts;
    if (parts.length === 0) return "";
    return parts.length === 1 && part?.kind === "text" && part.weight === 1 ? part.text : undefined;
  });
}

test("an escaped text means itself at every step", () => {
  fc.assert(
    fc.property(text, fc.nat(STEPS - 1), (whole, step) => {
      expect(read(escapePrompt(whole), step)).toEqual([whole]);
    }),
    { numRuns: 500 },
  );
});

test("an escaped text is itself as a piece of any construct", () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      // A word next to these would grow together with what stands beside it.
      const [a, b] = [escapePrompt(` ${one} `), escapePrompt(` ${other} `)];
      expect(read(`[${a}:${b}:2]`, 1)).toEqual([` ${one} `]);
      expect(read(`[${a}:${b}:2]`, 2)).toEqual([` ${other} `]);
      expect(read(`[${a}|${b}]`, 3)).toEqual([` ${other} `]);
      expect(read(`${a}AND${b}`, 0)).toEqual([` ${one} `, ` ${other} `]);
      expect(parseEmphasis(`(${a}:2)`)).toEqual([{ kind: "text", text: ` ${one} `, weight: 2 }]);
    }),
    { numRuns: 500 },
  );
});
