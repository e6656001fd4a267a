import { MOST_LABELS, type Seen } from "../../../src/contracts/prediction.ts";
import { openTextClassifier } from "../../../src/seeing/text-classifier.ts";
import { listedFiles } from "../inference/disk-models.ts";
import type { SeeingModel } from "../../models/seeing-shelf.ts";
import type { GivenJob } from "./messages.ts";
import type { OpenModel } from "./seer.ts";

/** easel-eyes' classifier of texts. Its labels are the page's categories, which have their Chinese there. */
export async function openTextModel(model: SeeingModel): Promise<OpenModel> {
  const classifier = await openTextClassifier(listedFiles(model.folder, model));
  const seeOne = (job: GivenJob): Seen => {
    const text = job.task === "text-classification" ? job.text : "";
    return [...classifier.classify(text).scores]
      .sort((a, b) => b.score - a.score)
      .slice(0, MOST_LABELS)
      .map(({ category, score }) => ({ label: category, labelZh: null, score }));
  };
  return {
    see: (jobs) => Promise.resolve(jobs.map(seeOne)),
    release: () => Promise.resolve(),
  };
}
