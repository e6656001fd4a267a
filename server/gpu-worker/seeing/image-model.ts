import { asFailure, EaselError } from "../../../src/contracts/errors.ts";
import { MOST_LABELS, type Seen } from "../../../src/contracts/prediction.ts";
import type { RgbaImage } from "../../../src/core/tensor/image.ts";
import type { FloatTensor } from "../../../src/core/tensor/tensor.ts";
import { openEyesClassifier } from "../../../src/seeing/eyes/eyes-classifier.ts";
import { openImageClassifier } from "../../../src/seeing/image-classifier.ts";
import { listedFiles } from "../inference/disk-models.ts";
import { createNodeRuntime } from "../inference/node-runtime.ts";
import { EYES_GRAPH, type SeeingModel } from "../../models/seeing-shelf.ts";
import { decodeTogether } from "./decode-together.ts";
import type { OpenModel } from "./seer.ts";

interface Classifier {
  /** What is left of a picture is as small as the model's input. */
  prepare(image: RgbaImage): FloatTensor;
  classifyAll(prepared: readonly FloatTensor[]): Promise<Seen[]>;
  release(): Promise<void>;
}

/** A classifier of pictures, always on the processor: it is small, and the GPU belongs to the pictures that are drawn. */
export async function openImageModel(model: SeeingModel): Promise<OpenModel> {
  const isOwn = model.files.some(({ path }) => path === EYES_GRAPH);
  const classifier = isOwn ? await openOwn(model) : await openLayout(model);
  return {
    async see(jobs, until) {
      const files = jobs.map((job) => {
        if (job.task !== "image-classification" && job.task !== "image-safety")
          throw new Error("A picture's model was given something else.");
        return job.bytes;
      });
      const prepared = await decodeTogether<FloatTensor | EaselError>(files, until, {
        make: (image) => classifier.prepare(image),
        failed: (thrown) => EaselError.fromFailure({ path: "file", ...asFailure(thrown) }),
      });
      const good = prepared.filter((one): one is FloatTensor => !(one instanceof EaselError));
      const seen = (await classifyAll(classifier, good)).values();
      return prepared.map((one) => (one instanceof EaselError ? one : seen.next().value));
    },
    release: () => classifier.release(),
  };
}

/** easel-eyes, whose labels are in both languages. It takes a millisecond: more threads would wait for each other. */
async function openOwn(model: SeeingModel): Promise<Classifier> {
  const eyes = await openEyesClassifier(listedFiles(model.folder, model), createNodeRuntime("cpu", 1));
  return {
    prepare: (image) => eyes.prepare(image),
    classifyAll: (prepared) => eyes.classifyAll(prepared, MOST_LABELS),
    release: () => eyes.release(),
  };
}

/** Labels of the Hugging Face layout are English: it has no place for others. */
async function openLayout(model: SeeingModel): Promise<Classifier> {
  const classifier = await openImageClassifier(listedFiles(model.folder, model), createNodeRuntime("cpu"));
  return {
    prepare: (image) => classifier.prepare(image),
    async classifyAll(prepared) {
      const all = await classifier.classifyAll(prepared, MOST_LABELS);
      return all.map((labels) => labels.map(({ label, score }) => ({ label, labelZh: null, score })));
    },
    release: () => classifier.release(),
  };
}

/** Where a batch fails, each picture is tried alone: it may be one of them. */
async function classifyAll(
  classifier: Classifier,
  prepared: readonly FloatTensor[],
): Promise<(Seen | EaselError)[]> {
  try {
    return await classifier.classifyAll(prepared);
  } catch (thrown) {
    if (prepared.length === 1) return [EaselError.fromFailure(asFailure(thrown))];
    const alone: (Seen | EaselError)[] = [];
    for (const one of prepared) alone.push(...(await classifyAll(classifier, [one])));
    return alone;
  }
}
