import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { TokenChunk } from "../prompt/chunks.ts";
import { ClipTokenizer } from "../prompt/clip-tokenizer.ts";
import { readClipVocabulary } from "../prompt/clip-vocabulary.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { encodeConditions } from "./encode-conditions.ts";

/** The syntax read by a reference of its own (models/lab, `python -m lab.vectors --only prompt`). */
interface Case {
  prompt: string;
  negative_prompt: string;
  num_steps: number;
  guidance_scale: number;
  chunks: number;
  model?: string;
  texts: TokenChunk[][];
  steps: { prompts: [number, number][]; negative: number | null }[];
}
const { cases } = JSON.parse(readFileSync("models/lab/vectors/prompt.json", "utf8")) as { cases: Case[] };

function open(model: string): ClipTokenizer {
  const file = (name: string): string => readFileSync(`models/${model}/tokenizer/${name}`, "utf8");
  return new ClipTokenizer(
    readClipVocabulary({
      vocab: file("vocab.json"),
      merges: file("merges.txt"),
      config: file("tokenizer_config.json"),
    }),
  );
}
const tokenizers = { "tiny/sd": open("tiny/sd"), "easel-mini": open("easel-mini") };

/** Tokens and weights up to the end token, as the vectors hold them; weights to nine places. */
function trimmed({ ids, weights }: TokenChunk, endId: number): TokenChunk {
  const end = ids.indexOf(endId, 1);
  return {
    ids: ids.slice(1, end),
    weights: weights.slice(1, end).map((weight) => Math.round(weight * 1e9) / 1e9),
  };
}

test.each(cases)("$prompt, not $negative_prompt, $num_steps steps", async (vector) => {
  const tokenizer = tokenizers[vector.model === "easel-mini" ? "easel-mini" : "tiny/sd"];
  const said: TokenChunk[][] = [];
  const conditions = await encodeConditions(
    {
      prompt: vector.prompt,
      negativePrompt: vector.negative_prompt,
      promptSyntax: "a1111",
      numSteps: vector.num_steps,
    },
    [tokenizer],
    vector.guidance_scale > 1,
    ([chunks = []]) => {
      said.push(chunks.map((chunk) => trimmed(chunk, tokenizer.endId)));
      return Promise.resolve({ said: floatTensor([1], Float32Array.of(said.length - 1)) });
    },
  );

  const padded = (chunks: readonly TokenChunk[]): TokenChunk[] => [
    ...chunks,
    ...Array.from({ length: vector.chunks - chunks.length }, () => ({ ids: [], weights: [] })),
  ];
  const textOf = (condition: Readonly<Record<string, { data: Float32Array }>>): unknown =>
    said[condition["said"]!.data[0]!];
  for (const [index, step] of vector.steps.entries()) {
    const { prompts, negative } = conditions.at(index);
    expect(
      prompts.map(({ condition, weight }) => [textOf(condition), weight]),
      `step ${index}`,
    ).toEqual(step.prompts.map(([text, weight]) => [padded(vector.texts[text]!), weight]));
    expect(negative && textOf(negative), `step ${index}`).toEqual(
      step.negative === null ? undefined : padded(vector.texts[step.negative]!),
    );
  }
});
