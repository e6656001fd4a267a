import type { ListedFiles } from "../core/model-files.ts";
import type { InferenceRuntime } from "../core/runtime/inference-runtime.ts";
import type { RgbaImage } from "../core/tensor/image.ts";
import type { FloatTensor } from "../core/tensor/tensor.ts";
import { stack } from "./stack.ts";
import { preprocess } from "./preprocess.ts";
import { readPreprocessor } from "./preprocessor.ts";
import { bestLabels, sigmoid, softmax } from "./scores.ts";
import type { LabelScore } from "./scores.ts";
import { answer, labelsOf, openGraph, readSeeingConfig, requireLabelCount } from "./seeing-model.ts";

export interface ImageClassifier {
  readonly labels: readonly string[];
  /**
   * The picture as the model takes it, [1, 3, H, W]: small, whatever the picture's size.
   * @throws EaselError `unsupported_size` where the picture is of a shape that can't be taken.
   */
  prepare(image: RgbaImage): FloatTensor;
  /**
   * For each prepared picture the `topK` most likely labels, the best first.
   * @throws EaselError `model_corrupt`, `invalid_output`, and as the runtime does.
   */
  classifyAll(prepared: readonly FloatTensor[], topK: number): Promise<LabelScore[][]>;
  /** One picture, with the errors of both. */
  classify(image: RgbaImage, topK: number): Promise<LabelScore[]>;
  release(): Promise<void>;
}

/**
 * Any image classifier in the Hugging Face layout: `logits` [n, labels]. Scores are a softmax, or a sigmoid each where
 * several labels may hold at once, as in transformers' image-classification pipeline.
 * @throws EaselError `model_corrupt` where its files can't be used, and as `createSession` does.
 */
export async function openImageClassifier(
  model: ListedFiles,
  runtime: InferenceRuntime,
): Promise<ImageClassifier> {
  const config = await readSeeingConfig(model);
  const labels = labelsOf(config);
  const preprocessor = await readPreprocessor(model);
  const session = await openGraph(model, runtime);
  const independent = config.problem_type === "multi_label_classification" || labels.length === 1;
  const scoresOf = (logits: Float32Array): ArrayLike<number> => {
    if (config.problem_type === "regression") return logits;
    return independent ? sigmoid(logits) : softmax(logits);
  };
  const prepare = (image: RgbaImage): FloatTensor => preprocess(image, preprocessor);
  const classifyAll = async (prepared: readonly FloatTensor[], topK: number): Promise<LabelScore[][]> => {
    const results: LabelScore[][] = [];
    for (const batch of stack(prepared, session)) {
      const { logits } = await answer(session, { pixel_values: batch.feed }, ["logits"]);
      requireLabelCount(labels, logits.data.length / batch.count, "logits");
      for (let i = 0; i < batch.count; i++) {
        const own = logits.data.subarray(i * labels.length, (i + 1) * labels.length);
        results.push(bestLabels(scoresOf(own), labels, topK));
      }
    }
    return results;
  };
  return {
    labels,
    prepare,
    classifyAll,
    classify: async (image, topK) => (await classifyAll([prepare(image)], topK))[0]!,
    release: () => session.release(),
  };
}
