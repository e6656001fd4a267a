import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { openTextClassifier } from "./text-classifier.ts";
import { textTokens } from "./text-tokens.ts";

/** What numpy computes with the same file (models/lab, `python -m lab.vectors --only text`). */
interface TextCase {
  text: string;
  tokens: string[];
  category: string;
  scores: number[];
}
const { cases } = JSON.parse(await readFile("models/lab/vectors/text.json", "utf8")) as { cases: TextCase[] };

const open = (content: () => Promise<Uint8Array<ArrayBuffer>>) =>
  openTextClassifier({ manifest: { id: "easel-eyes", files: [{ path: "text.json" }] }, read: content });
const shipped = await open(async () => new Uint8Array(await readFile("models/easel-eyes/text.json")));

describe("a prompt's category has numpy's scores", () => {
  test.each(cases)("$text", ({ text, tokens, category, scores }) => {
    expect(textTokens(text)).toEqual(tokens);
    const found = shipped.classify(text);
    expect(found.category).toBe(category);
    expect(found.scores.map((score) => score.category)).toEqual(shipped.categories);
    found.scores.forEach(({ score }, i) => expect(score).toBeCloseTo(scores[i]!, 6));
  });
});

test("ten thousand characters take no long time", () => {
  const started = performance.now();
  expect(shipped.classify("a yellow banana ".repeat(625)).category).toBe("food");
  expect(performance.now() - started).toBeLessThan(500);
});

describe("a wrong file is model_corrupt and says why", () => {
  const categories = ["food", "other"];
  test.each([
    ["a row of other categories", { categories, prior: [0, 0], tokens: [["apple", 300, 0]] }, '"apple"'],
    [
      "a prior of other categories",
      { categories, prior: [0], tokens: [["apple", 300, 0, 5]] },
      "prior should be of 2",
    ],
    ["no tokens", { categories, prior: [0, 0], tokens: [] }, "tokens"],
    ["a page", "<!doctype html>", "<!doctype"],
  ])("%s", async (_, content, words) => {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    const opening = open(() => Promise.resolve(new TextEncoder().encode(text)));
    await expect(opening).rejects.toMatchObject({ code: "model_corrupt" });
    await expect(opening).rejects.toThrow(words);
  });
});
