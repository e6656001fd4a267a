import { EaselError } from "../contracts/errors.ts";
import type { SeeingTask } from "../contracts/prediction.ts";
import type { ListedFiles } from "../core/model-files.ts";
import { scoringOf } from "../seeing/detector.ts";
import { readPreprocessor, PREPROCESSOR_CONFIG } from "../seeing/preprocessor.ts";
import { CONFIG, graphOf, labelsOf, readSeeingConfig } from "../seeing/seeing-model.ts";

/** As transformers names the classes whose models do a task. */
const CLASSES: readonly (readonly [RegExp, SeeingTask])[] = [
  [/ForImageClassification(?:WithTeacher)?$/, "image-classification"],
  [/ForObjectDetection$/, "object-detection"],
];

/** Whether these are the files of one model in the Hugging Face layout, and not of a pipeline of several. */
export function isSeeingLayout(paths: readonly string[]): boolean {
  return paths.includes(CONFIG) && !paths.includes("model_index.json");
}

/**
 * The files that a model that sees needs, out of all that lie beside them. Only the small ones are read, whose
 * labels and preprocessing are looked at before a large one is fetched.
 *
 * @throws EaselError `model_corrupt` where it is no image classifier or detector, or one that can't be run here
 */
export async function inspectSeeing(model: ListedFiles): Promise<{
  task: SeeingTask;
  labels: readonly string[];
  paths: string[];
}> {
  const { id, files } = model.manifest;
  const config = await readSeeingConfig(model);
  const known = CLASSES.find(([name]) => config.architectures?.some((one) => name.test(one)));
  if (known === undefined) {
    const came = config.architectures?.join(", ") ?? `no architecture, of type ${config.model_type}`;
    throw unusable(
      id,
      `${CONFIG} should name an architecture that ends in ForImageClassification or ForObjectDetection, but names ${came}`,
    );
  }
  const [, task] = known;
  if (task === "object-detection") scoringOf(config);
  const labels = labelsOf(config);
  await readPreprocessor(model);
  const found = graphOf(files.map(({ path }) => path));
  if (found === undefined) {
    throw unusable(id, "it has neither model.onnx nor onnx/model.onnx");
  }
  return {
    task,
    labels,
    paths: [CONFIG, PREPROCESSOR_CONFIG, found.graph, ...found.weights],
  };
}

function unusable(where: string, what: string): EaselError {
  return new EaselError("model_corrupt", `${where} can't be used: ${what}.`, {
    hint: "An image classifier or a detector of DETR's kind is needed, exported to ONNX, for example with Optimum.",
  });
}
