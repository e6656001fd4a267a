import { expect, test } from "vitest";
import type { GenerationRequest } from "../contracts/request.ts";
import { readRecipe, writeRecipe } from "./recipe-link.ts";

const REQUEST: GenerationRequest = {
  prompt: "a cat, (red:1.2) / 蓝色背景 🐈 ?&#",
  negativePrompt: "",
  promptSyntax: "a1111",
  model: "easel-mini",
  modelRevision: "f541e91d9754",
  numSteps: 12,
  guidanceScale: 2.5,
  scheduler: "ddim",
  sigmas: "default",
  seed: 4_294_967_295,
  width: 128,
  height: 128,
};

test("a request comes back from its link, whatever its prompt is written in; its batch stays behind", () => {
  const recipe = writeRecipe({ ...REQUEST, batchId: "b" });
  expect(recipe).toMatch(/^[\w-]+$/);
  expect(readRecipe(recipe!)).toEqual(REQUEST);
});

test("a request that needs pictures has no link", () => {
  expect(writeRecipe({ ...REQUEST, initImage: "hash", strength: 0.5 })).toBeNull();
});

test("a link that was cut short, altered or made up is refused", () => {
  const recipe = writeRecipe(REQUEST)!;
  const forged = (change: object) =>
    btoa(
      JSON.stringify({
        ...(JSON.parse(atob(writeRecipe({ ...REQUEST, prompt: "a" })!)) as object),
        ...change,
      }),
    );
  for (const wrong of [
    "",
    recipe.slice(0, -9),
    "%20%",
    forged({ num_steps: 5_000 }),
    forged({ init_image: "hash" }),
    forged({ script: "1" }),
  ])
    expect(() => readRecipe(wrong), wrong).toThrow(expect.objectContaining({ code: "invalid_request" }));
});
