import { afterAll, describe, expect, test } from "vitest";
import type { ListedFiles } from "../core/model-files.ts";
import type { InferenceRuntime } from "../core/runtime/inference-runtime.ts";
import { drawnByRule, PICTURE_RULE } from "../core/tasks/conformance.ts";
import { openDetector, type Detector } from "./detector.ts";
import { openImageClassifier } from "./image-classifier.ts";
import type { LabelScore } from "./scores.ts";
import { openZeroShotClassifier } from "./zero-shot-classifier.ts";

/** What transformers answered in torch (models/lab, `python -m lab.vectors --only seeing`). */
type SeeingCase = { model: string; picture: [number, number] } & (
  | { task: "preprocess" }
  | { task: "classify"; top_k: number; results: LabelScore[] }
  | { task: "zero_shot"; labels: string[]; template: string; results: LabelScore[] }
  | {
      task: "detect" | "detect_fixed";
      threshold: number;
      /** preprocessor_config.json, where it is not the model's own. */
      config?: unknown;
      results: (LabelScore & { box: [number, number, number, number] })[];
    }
);

type Read = (path: string) => Promise<Uint8Array<ArrayBuffer>>;

/** The models of models/tiny/seeing: config.json and preprocessor_config.json each, and these. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  vit: ["onnx/model.onnx"],
  resnet: ["model.onnx"],
  clip: ["onnx/model.onnx", "vocab.json", "merges.txt"],
  detr: ["onnx/model.onnx"],
  conditional_detr: ["onnx/model.onnx"],
  yolos: ["onnx/model.onnx"],
};

export function tinySeeing(name: string, read: Read): ListedFiles {
  const paths = ["config.json", "preprocessor_config.json", ...FILES[name]!];
  return {
    manifest: { id: `tiny/${name}`, files: paths.map((path) => ({ path })) },
    read: (path) => read(`models/tiny/seeing/${name}/${path}`),
  };
}

export interface SeeingOptions {
  runtime: InferenceRuntime;
  /** Reads a file of the repository. */
  read: Read;
  /** How far a score may lie from transformers'; a box, as a part of the picture's side. */
  tolerance: number;
}

/** Every kind of model that sees, equal to transformers' own results. */
export async function describeSeeing(
  name: string,
  { runtime, read, tolerance }: SeeingOptions,
): Promise<void> {
  const vectors = new TextDecoder().decode(await read("models/lab/vectors/seeing.json"));
  const { cases } = JSON.parse(vectors) as { cases: SeeingCase[] };
  const ofTask = <Task extends SeeingCase["task"]>(task: Task, model: string) =>
    cases.filter(
      (vector): vector is SeeingCase & { task: Task } => vector.task === task && vector.model === model,
    );
  const expectLabels = (found: readonly LabelScore[], expected: readonly LabelScore[]): void => {
    expect(found.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
    found.forEach(({ score }, i) => expect(Math.abs(score - expected[i]!.score)).toBeLessThan(tolerance));
  };

  describe.each(["vit", "resnet"])(`${name} classifies as transformers does: %s`, async (model) => {
    const classifier = await openImageClassifier(tinySeeing(model, read), runtime);
    afterAll(() => classifier.release());
    test.each(ofTask("classify", model))("a picture of $picture", async ({ picture, top_k, results }) => {
      expect(results).toHaveLength(top_k);
      expectLabels(await classifier.classify(drawnByRule(PICTURE_RULE, ...picture), top_k), results);
    });
    test("several pictures in one batch, as each alone", async () => {
      const cases = ofTask("classify", model);
      const prepared = cases.map(({ picture }) => classifier.prepare(drawnByRule(PICTURE_RULE, ...picture)));
      const all = await classifier.classifyAll(prepared, 3);
      expect(all).toHaveLength(cases.length);
      cases.forEach(({ results }, i) => expectLabels(all[i]!, results.slice(0, 3)));
    });
  });

  describe(`${name} classifies without training as transformers does`, async () => {
    const classifier = await openZeroShotClassifier(tinySeeing("clip", read), runtime);
    afterAll(() => classifier.release());
    test.each(ofTask("zero_shot", "clip"))("$picture, $labels", async ({ picture, ...vector }) => {
      const image = drawnByRule(PICTURE_RULE, ...picture);
      expectLabels(await classifier.classify(image, vector.labels, vector.template), vector.results);
    });
  });

  type Detected = SeeingCase & { task: "detect" | "detect_fixed" };
  const expectDetected = async (detector: Detector, { picture, threshold, results }: Detected) => {
    const [width, height] = picture;
    const found = await detector.detect(drawnByRule(PICTURE_RULE, width, height), threshold);
    expect(results).not.toHaveLength(0);
    expectLabels(found, results);
    found.forEach(({ box }, i) => {
      const corners = [box.left, box.top, box.left + box.width, box.top + box.height];
      results[i]!.box.forEach((edge, side) => {
        const share = Math.abs(corners[side]! - edge) / (side % 2 === 0 ? width : height);
        expect(share).toBeLessThan(tolerance);
      });
    });
  };

  describe.each(["detr", "conditional_detr", "yolos"])(
    `${name} detects as transformers does: %s`,
    async (model) => {
      const detector = await openDetector(tinySeeing(model, read), runtime);
      afterAll(() => detector.release());
      test.each(ofTask("detect", model))("$picture, above $threshold", (vector) =>
        expectDetected(detector, vector),
      );
      test.each(ofTask("detect_fixed", model))(
        "$picture, of another shape than the graph takes",
        async (vector) => {
          const fitted = await openDetector(
            withPreprocessor(tinySeeing(model, read), vector.config),
            runtime,
          );
          await expectDetected(fitted, vector).finally(() => fitted.release());
        },
      );
    },
  );
}

function withPreprocessor(model: ListedFiles, config: unknown): ListedFiles {
  const read = (path: string) =>
    path === "preprocessor_config.json"
      ? Promise.resolve(new TextEncoder().encode(JSON.stringify(config)))
      : model.read(path);
  return { ...model, read };
}
