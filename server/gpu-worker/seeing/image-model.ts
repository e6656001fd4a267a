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

interface Classifier<Prepared> {
  /** What is left of a picture is as small as the model's input. */
  prepare(image: RgbaImage): Prepared;
  classifyAll(prepared: readonly Prepared[], labels: number): Promise<Seen[]>;
  release(): Promise<void>;
}

/** A classifier of pictures, always on the processor: it is small, and the GPU belongs to the pictures that are drawn. */
export async function openImageModel(model: SeeingModel): Promise<OpenModel> {
  const isOwn = model.files.some(({ path }) => path === EYES_GRAPH);
  return isOwn ? seeingWith(await openOwn(model)) : seeingWith(await openLayout(model));
}

function seeingWith<Prepared extends Uint8Array | FloatTensor>(classifier: Classifier<Prepared>): OpenModel {
  return {
    async see(jobs, until) {
      const pictures = jobs.map((job) => {
        if (job.task !== "image-classification" && job.task !== "image-safety")
          throw new Error("A picture's model was given something else.");
        return { file: job.bytes, labels: job.labels ?? MOST_LABELS };
      });
      const files = pictures.map(({ file }) => file);
      const labels = Math.max(...pictures.map((picture) => picture.labels));
      const prepared = await decodeTogether<Prepared | EaselError>(files, until, {
        make: (image) => classifier.prepare(image),
        failed: (thrown) => EaselError.fromFailure({ path: "file", ...asFailure(thrown) }),
      });
      const good = prepared.filter((one): one is Prepared => !(one instanceof EaselError));
      const seen = (await classifyAll(classifier, good, labels)).values();
      return prepared.map((one, index) => {
        const answer = one instanceof EaselError ? one : seen.next().value;
        return Array.isArray(answer) ? answer.slice(0, pictures[index]?.labels) : answer;
      });
    },
    release: () => classifier.release(),
  };
}

/** easel-eyes, whose labels are in both languages. It takes a millisecond: more threads would wait for each other. */
async function openOwn(model: SeeingModel): Promise<Classifier<Uint8Array>> {
  const eyes = await openEyesClassifier(listedFiles(model.folder, model), createNodeRuntime("cpu", 1));
  return {
    prepare: (image) => eyes.prepare(image),
    classifyAll: (prepared, labels) => eyes.classifyAll(prepared, labels),
    release: () => eyes.release(),
  };
}

/** Labels of the Hugging Face layout are English: it has no place for others. */
async function openLayout(model: SeeingModel): Promise<Classifier<FloatTensor>> {
  const classifier = await openImageClassifier(listedFiles(model.folder, model), createNodeRuntime("cpu"));
  return {
    prepare: (image) => classifier.prepare(image),
    async classifyAll(prepared, labels) {
      const all = await classifier.classifyAll(prepared, labels);
      return all.map((best) => best.map(({ label, score }) => ({ label, labelZh: null, score })));
    },
    release: () => classifier.release(),
  };
}

/** Where a batch fails, each picture is tried alone: it may be one of them. */
async function classifyAll<Prepared>(
  classifier: Classifier<Prepared>,
  prepared: readonly Prepared[],
  labels: number,
): Promise<(Seen | EaselError)[]> {
  try {
    return await classifier.classifyAll(prepared, labels);
  } catch (thrown) {
    if (prepared.length === 1) return [EaselError.fromFailure(asFailure(thrown))];
    const alone: (Seen | EaselError)[] = [];
    for (const one of prepared) alone.push(...(await classifyAll(classifier, [one], labels)));
    return alone;
  }
}
