import { EaselError } from "../contracts/errors.ts";
import { corruptConfig } from "../core/families/component-config.ts";
import type { ListedFiles } from "../core/model-files.ts";
import type { ClipTokenizer } from "../core/prompt/clip-tokenizer.ts";
import { openClipTokenizer } from "../core/prompt/open-clip-tokenizer.ts";
import type { Feed } from "../core/runtime/feed.ts";
import type { InferenceRuntime } from "../core/runtime/inference-runtime.ts";
import type { RgbaImage } from "../core/tensor/image.ts";
import { preprocess } from "./preprocess.ts";
import { readPreprocessor } from "./preprocessor.ts";
import { bestLabels, softmax } from "./scores.ts";
import type { LabelScore } from "./scores.ts";
import { answer, CONFIG, feedOf, openGraph, readSeeingConfig } from "./seeing-model.ts";

export interface ZeroShotClassifier {
  /**
   * Each label with its share of 1, the best first.
   * @param labels what the picture may show, in words
   * @param template the sentence that a label stands in, at {}
   * @throws EaselError `invalid_request` without labels, `model_corrupt`, `invalid_output`, and as the runtime does.
   */
  classify(image: RgbaImage, labels: readonly string[], template?: string): Promise<LabelScore[]>;
  release(): Promise<void>;
}

const TEMPLATE = "This is a photo of {}.";

/**
 * A CLIP in the Hugging Face layout (Radford et al., 2021): one graph that takes texts and a picture and answers with
 * `logits_per_image` [1, texts], as transformers' zero-shot-image-classification pipeline runs it. A text that is too
 * long for the model loses its end.
 * @throws EaselError `model_corrupt` where its files can't be used, and as `createSession` does.
 */
export async function openZeroShotClassifier(
  model: ListedFiles,
  runtime: InferenceRuntime,
): Promise<ZeroShotClassifier> {
  const config = await readSeeingConfig(model);
  if (config.model_type !== "clip") {
    throw corruptConfig(CONFIG, `model_type should be clip, but is ${config.model_type}`);
  }
  const longest = config.text_config?.max_position_embeddings ?? 77;
  const tokenizer = await openClipTokenizer(model, "");
  const preprocessor = await readPreprocessor(model);
  const session = await openGraph(model, runtime);
  return {
    async classify(image, labels, template = TEMPLATE) {
      if (labels.length === 0) {
        throw new EaselError("invalid_request", "At least one label is expected, but none came.", {
          path: "labels",
        });
      }
      const texts = labels.map((label) => template.replace("{}", () => label));
      const feeds: Record<string, Feed> = {
        ...textFeeds(texts, tokenizer, longest),
        pixel_values: feedOf(preprocess(image, preprocessor)),
      };
      const { logits_per_image: logits } = await answer(session, feeds, ["logits_per_image"]);
      if (logits.data.length !== labels.length) {
        throw new EaselError(
          "model_corrupt",
          `The model should answer with ${labels.length} numbers for ${labels.length} texts, but answered with ${logits.data.length}.`,
        );
      }
      return bestLabels(softmax(logits.data), labels, labels.length);
    },
    release: () => session.release(),
  };
}

/** input_ids and attention_mask, [texts, longest]: start, the text, end, and padding where others are longer. */
function textFeeds(
  texts: readonly string[],
  tokenizer: ClipTokenizer,
  longest: number,
): Record<string, Feed> {
  const rows = texts.map((text) => [
    tokenizer.startId,
    ...tokenizer.encode(text).slice(0, longest - 2),
    tokenizer.endId,
  ]);
  const length = Math.max(...rows.map((row) => row.length));
  const dims = [rows.length, length];
  const padded = rows.flatMap((row) => [...row, ...Array<number>(length - row.length).fill(tokenizer.padId)]);
  const mask = rows.flatMap((row) => Array.from({ length }, (_, i) => (i < row.length ? 1 : 0)));
  return { input_ids: { dims, values: padded }, attention_mask: { dims, values: mask } };
}
