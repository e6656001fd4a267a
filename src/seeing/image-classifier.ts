import type { ListedFiles } from "../core/model-files.ts";
import type { InferenceRuntime } from "../core/runtime/inference-runtime.ts";
import type { RgbaImage } from "../core/tensor/image.ts";
import { preprocess } from "./preprocess.ts";
import { readPreprocessor } from "./preprocessor.ts";
import { bestLabels, sigmoid, softmax } from "./scores.ts";
import type { LabelScore } from "./scores.ts";
import { answer, feedOf, labelsOf, openGraph, readSeeingConfig, requireLabelCount } from "./seeing-model.ts";

export interface ImageClassifier {
  readonly labels: readonly string[];
  /**
   * The `topK` most likely labels, the best first.
   * @throws EaselError `model_corrupt`, `invalid_output`, and as the runtime does.
   */
  classify(image: RgbaImage, topK: number): Promise<LabelScore[]>;
  release(): Promise<void>;
}

/**
 * Any image classifier in the Hugging Face layout: `logits` [1, labels]. Scores are a softmax, or a sigmoid each where
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
  return {
    labels,
    async classify(image, topK) {
      const feeds = { pixel_values: feedOf(preprocess(image, preprocessor)) };
      const { logits } = await answer(session, feeds, ["logits"]);
      requireLabelCount(labels, logits.data.length, "logits");
      const scores =
        config.problem_type === "regression"
          ? logits.data
          : independent
            ? sigmoid(logits.data)
            : softmax(logits.data);
      return bestLabels(scores, labels, topK);
    },
    release: () => session.release(),
  };
}
