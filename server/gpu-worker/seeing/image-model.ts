import { asFailure, EaselError } from "../../../src/contracts/errors.ts";
import { MOST_LABELS, type Seen } from "../../../src/contracts/prediction.ts";
import type { FloatTensor } from "../../../src/core/tensor/tensor.ts";
import { openImageClassifier, type ImageClassifier } from "../../../src/seeing/image-classifier.ts";
import { openEyes } from "../../../src/seeing/eyes/eyes.ts";
import type { LabelScore } from "../../../src/seeing/scores.ts";
import { listedFiles } from "../inference/disk-models.ts";
import { createNodeRuntime } from "../inference/node-runtime.ts";
import { EYES_GRAPH, type SeeingModel } from "../../models/seeing-shelf.ts";
import { decodeStill } from "./decode-still.ts";
import type { GivenJob } from "./messages.ts";
import type { Answer, OpenModel } from "./seer.ts";

/**
 * A classifier of pictures, always on the processor: it is small, and the GPU belongs to the pictures that are drawn.
 * Labels of the Hugging Face layout are English: it has no place for others.
 */
export async function openImageModel(model: SeeingModel): Promise<OpenModel> {
  if (model.files.some(({ path }) => path === EYES_GRAPH)) return openOwn(model);
  const classifier = await openImageClassifier(listedFiles(model.folder, model), createNodeRuntime("cpu"));
  return {
    async see(jobs, until) {
      // One picture's pixels are in memory at a time; what is left of each is as small as the model's input.
      const prepared: (FloatTensor | EaselError)[] = [];
      for (const job of jobs) {
        if (prepared.length > 0 && performance.now() > until) break;
        prepared.push(await prepare(classifier, job));
      }
      const good = prepared.filter((one): one is FloatTensor => !(one instanceof EaselError));
      const seen = (await classifyAll(classifier, good)).values();
      return prepared.map((one) => (one instanceof EaselError ? one : seen.next().value));
    },
    release: () => classifier.release(),
  };
}

/** easel-eyes, whose labels are in both languages; a picture at a time, which is quick. */
async function openOwn(model: SeeingModel): Promise<OpenModel> {
  const eyes = await openEyes(listedFiles(model.folder, model), createNodeRuntime("cpu"));
  const seeOne = async (job: GivenJob): Promise<Seen | EaselError> => {
    try {
      if (!isOfPicture(job)) throw new Error("A picture's model was given something else.");
      const { labels } = await eyes.see(await decodeStill(job.bytes));
      return labels.slice(0, MOST_LABELS).map(({ label, labelZh, score }) => ({ label, labelZh, score }));
    } catch (thrown) {
      return EaselError.fromFailure({ path: "file", ...asFailure(thrown) });
    }
  };
  return {
    async see(jobs, until) {
      const answers: Answer[] = [];
      for (const job of jobs) {
        const late = answers.length > 0 && performance.now() > until;
        answers.push(late ? undefined : await seeOne(job));
      }
      return answers;
    },
    release: () => eyes.release(),
  };
}

type PictureJob = Extract<GivenJob, { task: "image-classification" | "image-safety" }>;

const isOfPicture = (job: GivenJob): job is PictureJob =>
  job.task === "image-classification" || job.task === "image-safety";

async function prepare(classifier: ImageClassifier, job: GivenJob): Promise<FloatTensor | EaselError> {
  try {
    if (!isOfPicture(job)) throw new Error("A picture's model was given something else.");
    return classifier.prepare(await decodeStill(job.bytes));
  } catch (thrown) {
    return EaselError.fromFailure({ path: "file", ...asFailure(thrown) });
  }
}

/** Where a batch fails, each picture is tried alone: it may be one of them. */
async function classifyAll(
  classifier: ImageClassifier,
  prepared: readonly FloatTensor[],
): Promise<(Seen | EaselError)[]> {
  try {
    return (await classifier.classifyAll(prepared, MOST_LABELS)).map(toSeen);
  } catch (thrown) {
    if (prepared.length === 1) return [EaselError.fromFailure(asFailure(thrown))];
    const alone: (Seen | EaselError)[] = [];
    for (const one of prepared) alone.push(...(await classifyAll(classifier, [one])));
    return alone;
  }
}

const toSeen = (labels: readonly LabelScore[]): Seen =>
  labels.map(({ label, score }) => ({ label, labelZh: null, score }));
