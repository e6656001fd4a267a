import { expect, test } from "vitest";
import { parseEmphasis } from "../../core/prompt/emphasis.ts";
import { weighWords } from "./weigh-words.ts";

/** `|` is the cursor, two of them a selection; the answer has the selection marked alike. */
function weigh(marked: string, up = true): string | undefined {
  const from = marked.indexOf("|");
  const to = Math.max(from, marked.lastIndexOf("|") - 1);
  const text = marked.replaceAll("|", "");
  const edit = weighWords(text, from, to, up);
  if (edit === undefined) return undefined;
  const edited = text.slice(0, edit.from) + edit.text + text.slice(edit.to);
  const [a, b] = edit.select;
  return `${edited.slice(0, a)}|${edited.slice(a, b)}|${edited.slice(b)}`;
}

test.each([
  ["a re|d apple", "a (|red|:1.1) apple"],
  ["a red| apple", "a (|red|:1.1) apple"],
  ["|一只猫，蓝色", "(|一只猫|:1.1)，蓝色"],
  ["a |red apple| here", "a (|red apple|:1.1) here"],
  ["a |red apple |here", "a (|red apple|:1.1) here"],
  ["a (re|d:1.1) apple", "a (|red|:1.2) apple"],
  ["a (|red|:1.1) apple", "a (|red|:1.2) apple"],
  ["a (red ap|ple) here", "a (|red apple|:1.2) here"],
  ["a (red:0.9|) apple", "a |red| apple"],
  ["a (red:2|) apple", "a (|red|:2) apple"],
  ["(a (re|d:1.3) b:1.2)", "(a (|red|:1.4) b:1.2)"],
])("up: %s becomes %s", (before, after) => {
  expect(weigh(before)).toBe(after);
});

test.each([
  ["a re|d apple", "a (|red|:0.9) apple"],
  ["a (re|d:1.1) apple", "a |red| apple"],
  ["a (re|d:0) apple", "a (|red|:0) apple"],
])("down: %s becomes %s", (before, after) => {
  expect(weigh(before, false)).toBe(after);
});

test("where no word is, nothing changes", () => {
  expect(weigh("a , | , b")).toBeUndefined();
  expect(weigh("|")).toBeUndefined();
});

test("up and down again is where it began, and the model reads the weight that stands there", () => {
  expect(weigh(weigh("a re|d apple")!, false)).toBe("a |red| apple");
  const read = parseEmphasis(weigh(weigh("a re|d apple")!)!.replaceAll("|", ""));
  expect(read).toContainEqual({ kind: "text", text: "red", weight: 1.2 });
});
