import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ListedFiles } from "../core/model-files.ts";
import type { InferenceRuntime } from "../core/runtime/inference-runtime.ts";
import { drawnByRule, PICTURE_RULE } from "../core/tasks/conformance.ts";
import { floatTensor } from "../core/tensor/tensor.ts";
import { tinySeeing } from "./conformance.ts";
import { openDetector } from "./detector.ts";
import { openImageClassifier } from "./image-classifier.ts";
import { openZeroShotClassifier } from "./zero-shot-classifier.ts";

const picture = drawnByRule(PICTURE_RULE, 20, 20);

/** A model of models/tiny/seeing with fields laid over its config.json. */
function tiny(name: string, config: Record<string, unknown> = {}): ListedFiles {
  const model = tinySeeing(name, (path) => Promise.resolve(new Uint8Array(readFileSync(path))));
  return {
    ...model,
    async read(path) {
      const bytes = await model.read(path);
      if (path !== "config.json") return bytes;
      const json = JSON.parse(new TextDecoder().decode(bytes)) as object;
      return new TextEncoder().encode(JSON.stringify({ ...json, ...config }));
    },
  };
}

/** A runtime whose graph answers with these outputs whatever it is fed. */
function answering(outputs: Record<string, { dims: number[]; values: number[] }>): InferenceRuntime {
  return {
    provider: "cpu",
    createSession: () =>
      Promise.resolve({
        inputs: [{ name: "pixel_values", type: "float32", dims: ["batch", 3, "height", "width"] }],
        outputs: Object.entries(outputs).map(([name, { dims }]) => ({ name, type: "float32", dims })),
        run: () =>
          Promise.resolve(
            Object.fromEntries(
              Object.entries(outputs).map(([name, { dims, values }]) => [
                name,
                floatTensor(dims, Float32Array.from(values)),
              ]),
            ),
          ),
        release: () => Promise.resolve(),
      }),
  };
}

const logits = (values: number[]) => answering({ logits: { dims: [1, values.length], values } });
const eleven = Array.from({ length: 11 }, (_, i) => i);

describe("a wrong model is told by what was expected and what came", () => {
  test.each([
    ["no labels", { id2label: {} }, "id2label is empty"],
    ["an index left out", { id2label: { 0: "a", 2: "c" } }, "1 is not among its 2"],
    ["labels that are no text", { id2label: { 0: 5 } }, "id2label"],
    [
      "labels of another model",
      { id2label: { 0: "a", 1: "b" } },
      "has 11 labels, but its config.json names 2",
    ],
  ])("%s", async (_, config, words) => {
    const seeing = openImageClassifier(tiny("vit", config), logits(eleven)).then((classifier) =>
      classifier.classify(picture, 5),
    );
    await expect(seeing).rejects.toMatchObject({ code: "model_corrupt" });
    await expect(seeing).rejects.toThrow(words);
  });

  test("a graph for another task", async () => {
    const runtime = answering({ last_hidden_state: { dims: [1, 2], values: [0, 0] } });
    const classifier = await openImageClassifier(tiny("vit"), runtime);
    await expect(classifier.classify(picture, 5)).rejects.toThrow(
      "should answer with logits, but answers with last_hidden_state",
    );
  });

  test("no graph at all", async () => {
    const model = tiny("vit");
    const files = [{ path: "config.json" }, { path: "preprocessor_config.json" }];
    const opening = openImageClassifier({ ...model, manifest: { id: "a/b", files } }, logits(eleven));
    await expect(opening).rejects.toThrow("a/b should have model.onnx or onnx/model.onnx");
  });

  test("a detector that is none of DETR's kind, and a CLIP that is none", async () => {
    const runtime = logits(eleven);
    await expect(openDetector(tiny("detr", { model_type: "rt_detr" }), runtime)).rejects.toThrow(
      "model_type should be one of detr, yolos, table-transformer, conditional_detr, deformable_detr, but is rt_detr",
    );
    await expect(openZeroShotClassifier(tiny("clip", { model_type: "siglip" }), runtime)).rejects.toThrow(
      "model_type should be clip, but is siglip",
    );
  });

  test("boxes of other queries than the logits", async () => {
    const runtime = answering({
      logits: { dims: [1, 2, 6], values: Array<number>(12).fill(0) },
      pred_boxes: { dims: [1, 3, 4], values: Array<number>(12).fill(0) },
    });
    const detector = await openDetector(tiny("detr"), runtime);
    await expect(detector.detect(picture, 0)).rejects.toThrow("pred_boxes should be [1, 2, 4]");
  });
});

test("numbers that are none are no result", async () => {
  const classifier = await openImageClassifier(tiny("vit"), logits(eleven.map((i) => (i === 3 ? NaN : i))));
  await expect(classifier.classify(picture, 5)).rejects.toMatchObject({
    code: "invalid_output",
    message: expect.stringContaining("number 4 is NaN") as string,
  });
});

test("large logits do not overflow, and no more labels come than there are", async () => {
  const classifier = await openImageClassifier(tiny("vit"), logits(eleven.map((i) => i * 1000)));
  const found = await classifier.classify(picture, 50);
  expect(found).toHaveLength(11);
  expect(found[0]).toEqual({ label: "kite", score: 1 });
});

test("a zero-shot classifier wants labels", async () => {
  const classifier = await openZeroShotClassifier(tiny("clip"), logits(eleven));
  await expect(classifier.classify(picture, [])).rejects.toMatchObject({
    code: "invalid_request",
    path: "labels",
  });
});
