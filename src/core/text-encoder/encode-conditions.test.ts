import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import type { GenerationRequest } from "../../contracts/request.ts";
import type { Conditions } from "../denoise/conditions.ts";
import { ClipTokenizer } from "../prompt/clip-tokenizer.ts";
import { readClipVocabulary } from "../prompt/clip-vocabulary.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { encodeConditions } from "./encode-conditions.ts";

const file = (name: string): string => readFileSync(`models/easel-mini/tokenizer/${name}`, "utf8");
const vocabulary = readClipVocabulary({ vocab: file("vocab.json"), merges: file("merges.txt") });

type Said = Partial<Pick<GenerationRequest, "negativePrompt" | "promptSyntax" | "numSteps">> & {
  guided?: boolean;
  tokenizers?: ClipTokenizer[];
};

/** The conditions, and how often a text was tokenized and a condition encoded. A condition is its ids, all chunks' in a row. */
async function encode(prompt: string, said: Said = {}) {
  const { guided = true, tokenizers = [new ClipTokenizer(vocabulary)], ...rest } = said;
  const tokenized = tokenizers.map((tokenizer) => vi.spyOn(tokenizer, "encode"));
  let encoded = 0;
  const conditions = await encodeConditions(
    { prompt, negativePrompt: "", promptSyntax: "a1111", numSteps: 4, ...rest },
    tokenizers,
    guided,
    (chunks) => {
      encoded++;
      const ids = chunks.map((list) => list.flatMap((chunk) => chunk.ids));
      return Promise.resolve(
        Object.fromEntries(
          ids.map((row, i) => [`ids${i}`, floatTensor([1, row.length], Float32Array.from(row))]),
        ),
      );
    },
  );
  return { conditions, encoded, tokenized: tokenized[0]!.mock.calls.map(([text]) => text) };
}

/** What a step says, read back from the ids. */
function said(
  conditions: Conditions,
  step: number,
): { prompts: [string, number][]; negative: string | undefined } {
  const words = new Map([...vocabulary.ids].map(([token, id]) => [id, token.replace("</w>", "")]));
  const read = (condition: Readonly<Record<string, { data: Float32Array }>>): string =>
    [...condition["ids0"]!.data]
      .filter((id) => id < vocabulary.startId)
      .map((id) => words.get(id))
      .join(" ");
  const { prompts, negative } = conditions.at(step);
  return {
    prompts: prompts.map(({ condition, weight }) => [read(condition), weight]),
    negative: negative === undefined ? undefined : read(negative),
  };
}

test("a prompt that never changes has one answer, encoded once", async () => {
  const { conditions, encoded } = await encode("a cat", { negativePrompt: "red" });
  expect(said(conditions, 0)).toEqual({ prompts: [["a cat", 1]], negative: "red" });
  expect(conditions.at(3)).toBe(conditions.at(0));
  expect(encoded).toBe(2);
});

test("without guidance the negative prompt is not encoded, unless the weights leave some of it", async () => {
  const one = await encode("a cat", { guided: false, negativePrompt: "red" });
  expect(said(one.conditions, 0).negative).toBeUndefined();
  expect(one.encoded).toBe(1);
  const halves = await encode("a cat :0.3 AND a dog :0.7", { guided: false, negativePrompt: "red" });
  expect(said(halves.conditions, 0)).toEqual({
    prompts: [
      ["a cat", 0.3],
      ["a dog", 0.7],
    ],
    negative: undefined,
  });
  const two = await encode("a cat AND a dog", { guided: false, negativePrompt: "red" });
  expect(said(two.conditions, 0)).toEqual({
    prompts: [
      ["a cat", 1],
      ["a dog", 1],
    ],
    negative: "red",
  });
});

test("steps that say the same have the same answer, and each text is tokenized and encoded once", async () => {
  const { conditions, encoded, tokenized } = await encode("a [cat|dog] [red:blue:4] AND a cat red", {
    numSteps: 8,
    // "and" is two tokens.
    negativePrompt: "[a|] cat AND a dog",
  });
  const steps = Array.from({ length: 8 }, (_, step) => conditions.at(step));
  expect(said(conditions, 1)).toEqual({
    prompts: [
      ["a dog red", 1],
      ["a cat red", 1],
    ],
    negative: "cat an d a dog",
  });
  expect(said(conditions, 4)).toEqual({
    prompts: [
      ["a cat blue", 1],
      ["a cat red", 1],
    ],
    negative: "a cat an d a dog",
  });
  expect(steps[2]).toBe(steps[0]);
  expect(steps[7]).toBe(steps[5]);
  expect(new Set(steps).size).toBe(4);
  // A text of two steps is one condition, also where the rest of the step differs.
  expect(steps[4]!.prompts[1]!.condition).toBe(steps[1]!.prompts[1]!.condition);
  expect(tokenized).toHaveLength(new Set(tokenized).size);
  expect(encoded).toBe(tokenized.length);
});

test("all of a picture's conditions have the most chunks that one of them takes, at any step", async () => {
  const long = Array.from({ length: 80 }, () => "cat").join(" ");
  const { conditions } = await encode(`a [dog:${long}:3] AND red`, { negativePrompt: "blue" });
  for (const step of [0, 3]) {
    const { prompts, negative } = conditions.at(step);
    for (const condition of [...prompts.map((one) => one.condition), negative!]) {
      expect(condition["ids0"]!.dims).toEqual([1, 154]);
    }
  }
  expect([...conditions.at(0).negative!["ids0"]!.data.slice(77, 79)]).toEqual([
    vocabulary.startId,
    vocabulary.endId,
  ]);
});

test("each tokenizer gives its own chunks, as many as the other", async () => {
  const other = new ClipTokenizer({ ...vocabulary, padId: 0 });
  const { conditions } = await encode("a BREAK b", { tokenizers: [new ClipTokenizer(vocabulary), other] });
  const { ids0, ids1 } = conditions.at(0).prompts[0]!.condition;
  expect([ids0!.dims, ids1!.dims]).toEqual([
    [1, 154],
    [1, 154],
  ]);
  expect([ids0!.data[76], ids1!.data[76]]).toEqual([vocabulary.endId, 0]);
});

test("the plain syntax takes every character as it stands", async () => {
  const prompt = "[a|b] AND (cat:2) BREAK \\(";
  const { conditions, encoded, tokenized } = await encode(prompt, { promptSyntax: "plain", guided: false });
  expect(conditions.at(3)).toBe(conditions.at(0));
  expect([encoded, tokenized]).toEqual([1, [prompt]]);
});
