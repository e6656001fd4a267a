import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ModelFiles } from "../model-files.ts";
import { openClipTokenizer } from "./open-clip-tokenizer.ts";

const own = (name: string): string => readFileSync(`models/easel-mini/tokenizer/${name}`, "utf8");
const vocab = own("vocab.json");
const merges = own("merges.txt");
const whole = JSON.stringify({
  model: {
    type: "BPE",
    end_of_word_suffix: "</w>",
    vocab: JSON.parse(vocab) as unknown,
    merges: merges.trim().split("\n").slice(1),
  },
});

function modelOf(files: Record<string, string>): ModelFiles {
  return {
    manifest: { files: Object.keys(files).map((path) => ({ path })) } as ModelFiles["manifest"],
    read: (path) => Promise.resolve(new TextEncoder().encode(files[path])),
  };
}

test("a tokenizer is read from the folder asked for, in either form", async () => {
  const ids = (
    await openClipTokenizer(modelOf({ "tokenizer/vocab.json": vocab, "tokenizer/merges.txt": merges }))
  ).encode("a red cat");
  expect(ids).toHaveLength(3);
  const second = await openClipTokenizer(modelOf({ "tokenizer_2/tokenizer.json": whole }), "tokenizer_2");
  expect(second.encode("a red cat")).toEqual(ids);
});

test("a vocab.json without its merges.txt does not keep a whole tokenizer.json from being read", async () => {
  const model = modelOf({ "tokenizer/vocab.json": "{}", "tokenizer/tokenizer.json": whole });
  expect((await openClipTokenizer(model)).encode("a red cat")).toHaveLength(3);
});

test("special_tokens_map.json has the last word over tokenizer_config.json", async () => {
  const tokenizer = await openClipTokenizer(
    modelOf({
      "tokenizer/vocab.json": vocab,
      "tokenizer/merges.txt": merges,
      "tokenizer/tokenizer_config.json": `{"pad_token": "<|endoftext|>"}`,
      "tokenizer/special_tokens_map.json": `{"pad_token": "!"}`,
    }),
  );
  expect(tokenizer.padId).toBe(0);
});

test("a model without a tokenizer is corrupt, and its folder is named", async () => {
  await expect(openClipTokenizer(modelOf({}), "tokenizer_2")).rejects.toMatchObject({
    code: "model_corrupt",
    message: expect.stringContaining("tokenizer_2/tokenizer.json") as string,
  });
});
