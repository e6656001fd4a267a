import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { drawnByRule, PICTURE_RULE } from "../core/tasks/conformance.ts";
import { preprocess } from "./preprocess.ts";
import { readPreprocessor } from "./preprocessor.ts";
import type { Preprocessor } from "./preprocessor.ts";

/** What transformers' processors on Pillow made (models/lab, `python -m lab.vectors --only seeing`). */
interface PreprocessCase {
  task: string;
  config: Record<string, unknown>;
  picture: [number, number];
  dims: number[];
  every: number;
  values: number[];
}
const { cases } = JSON.parse(readFileSync("models/lab/vectors/seeing.json", "utf8")) as {
  cases: PreprocessCase[];
};
const preprocessed = cases.filter(({ task }) => task === "preprocess");

const readerOf = (config: unknown): Promise<Preprocessor> =>
  readPreprocessor({
    manifest: { id: "any", files: [{ path: "preprocessor_config.json" }] },
    read: () => Promise.resolve(new TextEncoder().encode(JSON.stringify(config))),
  });

describe("a picture becomes the numbers that transformers makes of it", () => {
  test("there are vectors of each filter and processor", () => expect(preprocessed).toHaveLength(22));
  test.each(preprocessed)("$picture by $config", async ({ config, picture, dims, every, values }) => {
    const pixels = preprocess(drawnByRule(PICTURE_RULE, ...picture), await readerOf(config));
    expect(pixels.dims).toEqual(dims);
    const kept = pixels.data.filter((_, i) => i % every === 0);
    expect(kept).toHaveLength(values.length);
    // Nine digits tell two float32 apart: the values are the same numbers.
    kept.forEach((value, i) => expect(value).toBe(Math.fround(values[i]!)));
  });
});

test("transparency is white to a model", async () => {
  const image = drawnByRule(() => [0, 0, 0], 4, 4);
  image.data.fill(0);
  const reader = await readerOf({ image_processor_type: "ViTImageProcessor", size: 4 });
  expect(new Set(preprocess(image, reader).data)).toEqual(new Set([1]));
});

test("a picture so narrow that nothing is left of it is refused, and one that would grow without bound", async () => {
  const reader = await readerOf({ image_processor_type: "YolosImageProcessor", size: 100 });
  expect(() =>
    preprocess(
      drawnByRule(() => [0, 0, 0], 2000, 3),
      reader,
    ),
  ).toThrow(expect.objectContaining({ code: "unsupported_size" }));
  const grows = await readerOf({ image_processor_type: "CLIPImageProcessor", size: 224 });
  expect(() =>
    preprocess(
      drawnByRule(() => [0, 0, 0], 10_000, 1),
      grows,
    ),
  ).toThrow(expect.objectContaining({ code: "unsupported_size" }));
});

describe("a preprocessor that can't be followed is model_corrupt and says why", () => {
  test.each([
    ["another processor", { image_processor_type: "SamImageProcessor" }, "SamImageProcessor"],
    ["no processor", {}, "none"],
    ["a size without sides", { image_processor_type: "ViTImageProcessor", size: { depth: 3 } }, "size"],
    ["no such filter", { image_processor_type: "ViTImageProcessor", resample: 9 }, "resample"],
    [
      "a deviation of zero",
      { image_processor_type: "ViTImageProcessor", image_std: [1, 0, 1] },
      "image_std should be above 0",
    ],
    [
      "a crop without a height",
      { image_processor_type: "CLIPImageProcessor", crop_size: { shortest_edge: 3 } },
      "crop_size",
    ],
  ])("%s", async (_, config, words) => {
    await expect(readerOf(config)).rejects.toMatchObject({ code: "model_corrupt" });
    await expect(readerOf(config)).rejects.toThrow(words);
  });
});
