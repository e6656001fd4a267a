import { asFailure, EaselError } from "../../../src/contracts/errors.ts";
import type { Seen } from "../../../src/contracts/prediction.ts";
import type { Found, LoadedModel, SeeingOutcome } from "../../../src/contracts/seeing-worker-routes.ts";
import { isOwn, SeeingShelf, type SeeingModel } from "../../models/seeing-shelf.ts";
import { openDocumentModel } from "./document-model.ts";
import { openImageModel } from "./image-model.ts";
import type { GivenJob, SeerSettings } from "./messages.ts";
import { openTextModel } from "./text-model.ts";

/** What became of a job; undefined: the time was over, and another batch has to take it. */
export type Answer = Seen | Found | EaselError | undefined;

/** A model that is loaded. A job that can't be seen fails alone; none but the first is begun after `until`. */
export interface OpenModel {
  see(jobs: readonly GivenJob[], until: number): Promise<Answer[]>;
  release(): Promise<void>;
}

const OPEN: Readonly<Record<SeeingModel["task"], (model: SeeingModel) => Promise<OpenModel>>> = {
  "text-classification": openTextModel,
  "image-classification": openImageModel,
  "object-detection": openDocumentModel,
  "image-safety": openImageModel,
};

/** Sees with the models that lie in some folders; they are loaded before anybody asks, and stay so. */
export class Seer {
  readonly #shelf: SeeingShelf;
  readonly #batchMilliseconds: number;
  readonly #isMine: (model: SeeingModel) => boolean;
  /** By task and digest; undefined: it can't be loaded, which was told. */
  readonly #open = new Map<string, LoadedModel & { model: OpenModel | undefined }>();

  constructor({ modelsDirs, tasks, onlyOwn = false, batchMilliseconds }: SeerSettings) {
    this.#isMine = (model) => tasks.includes(model.task) && (!onlyOwn || isOwn(model));
    this.#shelf = new SeeingShelf(modelsDirs);
    this.#batchMilliseconds = batchMilliseconds;
  }

  /** Loads what is new in the folders, lets go of what is gone, and answers what there is. */
  async models(): Promise<LoadedModel[]> {
    const here = this.#shelf.all().filter(this.#isMine);
    for (const [key, { model }] of this.#open) {
      if (here.some((one) => keyOf(one) === key)) continue;
      this.#open.delete(key);
      await model?.release();
    }
    for (const found of here) {
      if (this.#open.has(keyOf(found))) continue;
      const model = await OPEN[found.task](found).catch((reason: unknown) => {
        process.stderr.write(`The model in ${found.folder} is left out: ${String(reason)}\n`);
        return undefined;
      });
      const { task, digest } = found;
      this.#open.set(keyOf(found), { task, digest, model });
    }
    return [...this.#open.values()].flatMap(({ model, ...loaded }) => (model === undefined ? [] : [loaded]));
  }

  /** Answers the jobs, a model's together; some of a batch that takes long are left out. */
  async see(jobs: readonly GivenJob[]): Promise<SeeingOutcome[]> {
    const outcomes: SeeingOutcome[] = [];
    const until = performance.now() + this.#batchMilliseconds;
    for (const key of new Set(jobs.map(keyOf))) {
      const its = jobs.filter((job) => keyOf(job) === key);
      const answers = await this.#seeWith(key, its, until);
      its.forEach(({ id }, index) => {
        const answer = answers[index];
        if (answer === undefined) return;
        if (answer instanceof EaselError) outcomes.push({ id, error: answer.toFailure() });
        else outcomes.push("pages" in answer ? { id, found: answer } : { id, seen: answer });
      });
    }
    return outcomes;
  }

  async #seeWith(key: string, jobs: readonly GivenJob[], until: number): Promise<Answer[]> {
    try {
      const model = this.#open.get(key)?.model;
      if (model === undefined) throw new EaselError("unknown_model", "This worker has not loaded the model.");
      return await model.see(jobs, until);
    } catch (thrown) {
      return jobs.map(() => EaselError.fromFailure(asFailure(thrown)));
    }
  }
}

/** One model may do two tasks. */
const keyOf = ({ task, digest }: LoadedModel): string => `${task} ${digest}`;
