import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawnByRule, PICTURE_RULE } from "../../../src/core/tasks/conformance.ts";
import { openEyesClassifier, type EyesClassifier } from "../../../src/seeing/eyes/eyes-classifier.ts";
import { openEyes, type Eyes } from "../../../src/seeing/eyes/eyes.ts";
import { createNodeRuntime } from "./node-runtime.ts";

const model = {
  manifest: { id: "easel-eyes", files: ["eyes.json", "eyes.onnx"].map((path) => ({ path })) },
  read: async (path: string) => new Uint8Array(await readFile(`models/easel-eyes/${path}`)),
};
let whole: Eyes;
let classifier: EyesClassifier;

beforeAll(async () => {
  whole = await openEyes(model, createNodeRuntime("cpu"));
  classifier = await openEyesClassifier(model, createNodeRuntime("cpu", 1));
});
afterAll(async () => {
  await whole.release();
  await classifier.release();
});

test("the part of easel-eyes that tells labels tells what the whole does, of one picture and of several", async () => {
  const pictures = [
    [128, 128],
    [200, 90],
    [33, 44],
  ].map(([width, height]) => drawnByRule(PICTURE_RULE, width, height));
  const prepared = pictures.map((picture) => classifier.prepare(picture));
  const together = await classifier.classifyAll(prepared, 1000);
  for (const [index, picture] of pictures.entries()) {
    const { labels } = await whole.see(picture);
    const [alone] = await classifier.classifyAll([prepared[index]!], 1000);
    for (const told of [alone!, together[index]!]) {
      expect(told).toHaveLength(labels.length);
      for (const { label, labelZh, score } of labels) {
        const same = told.find((one) => one.label === label);
        expect(same?.labelZh).toBe(labelZh);
        expect(Math.abs(same!.score - score)).toBeLessThan(1e-5);
      }
    }
  }
  expect(await classifier.classifyAll(prepared, 3)).toEqual(together.map((labels) => labels.slice(0, 3)));
});
