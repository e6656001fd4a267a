import { EaselError } from "../contracts/errors.ts";
import type { SeeingConfigWire } from "../contracts/seeing-config.ts";
import { corruptConfig } from "../core/families/component-config.ts";
import type { Box } from "../core/image/resize.ts";
import type { ListedFiles } from "../core/model-files.ts";
import type { InferenceRuntime } from "../core/runtime/inference-runtime.ts";
import type { RgbaImage } from "../core/tensor/image.ts";
import type { FloatTensor } from "../core/tensor/tensor.ts";
import { fitGraph } from "./fit-graph.ts";
import { readPreprocessor } from "./preprocessor.ts";
import { scoreQueries, SCORING, type Scoring } from "./query-scores.ts";
import type { LabelScore } from "./scores.ts";
import type { Size } from "./target-size.ts";
import { answer, CONFIG, labelsOf, openGraph, readSeeingConfig, requireLabelCount } from "./seeing-model.ts";

/** A thing that was found; the box is in the picture's pixels and may reach a little beyond it. */
export interface Detection extends LabelScore {
  readonly box: Box;
}

export interface Detector {
  readonly labels: readonly string[];
  /**
   * What is found with a score above `threshold` (0..1), in the model's own order.
   * @throws EaselError `model_corrupt`, `invalid_output`, and as the runtime does.
   */
  detect(image: RgbaImage, threshold: number): Promise<Detection[]>;
  release(): Promise<void>;
}

/**
 * A detector of DETR's kind in the Hugging Face layout (Carion et al., 2020): `logits` [1, queries, labels] and
 * `pred_boxes` [1, queries, 4], centre and size in shares of the picture; post-processed as transformers'
 * post_process_object_detection does.
 * @throws EaselError `model_corrupt` where its files can't be used, and as `createSession` does.
 */
export async function openDetector(model: ListedFiles, runtime: InferenceRuntime): Promise<Detector> {
  const config = await readSeeingConfig(model);
  const scoring = scoringOf(config);
  const labels = labelsOf(config);
  const preprocessor = await readPreprocessor(model);
  const session = await openGraph(model, runtime);
  return {
    labels,
    async detect(image, threshold) {
      const { feeds, whole } = fitGraph(image, preprocessor, session);
      const { logits, pred_boxes: boxes } = await answer(session, feeds, ["logits", "pred_boxes"]);
      const classes = logits.dims.at(-1) ?? 0;
      if (scoring === "softmax") requireLabelCount(labels, classes - 1, "logits without its last, no thing,");
      else requireLabelCount(labels, classes, "logits");
      requireBoxes(boxes, logits.data.length / classes);
      return scoreQueries(logits.data, classes, scoring)
        .filter(({ score }) => score > threshold)
        .map(({ query, label, score }) => ({
          label: labels[label]!,
          score,
          box: boxOf(boxes.data, query, whole),
        }));
    },
    release: () => session.release(),
  };
}

/** How a detector's logits are to be read. @throws EaselError `model_corrupt` where it is of another kind */
export function scoringOf({ model_type: type }: Pick<SeeingConfigWire, "model_type">): Scoring {
  const scoring = SCORING[type];
  if (scoring !== undefined) return scoring;
  const known = Object.keys(SCORING).join(", ");
  throw corruptConfig(CONFIG, `model_type should be one of ${known}, but is ${type}`);
}

function requireBoxes({ dims, data }: FloatTensor, queries: number): void {
  if (data.length === queries * 4) return;
  throw new EaselError(
    "model_corrupt",
    `The model's pred_boxes should be [1, ${queries}, 4] as its logits are of ${queries} queries, but is [${dims.join(", ")}].`,
  );
}

/** From centre and size in shares of `size` to pixels. */
function boxOf(boxes: Float32Array, query: number, size: Size): Box {
  const [x, y, width, height] = [0, 1, 2, 3].map((i) => boxes[query * 4 + i]!) as [
    number,
    number,
    number,
    number,
  ];
  return {
    left: (x - width / 2) * size.width,
    top: (y - height / 2) * size.height,
    width: width * size.width,
    height: height * size.height,
  };
}
