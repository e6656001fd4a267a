import { asFailure, EaselError } from "../../../src/contracts/errors.ts";
import type { Seen } from "../../../src/contracts/prediction.ts";
import type { LoadedModel, SeeingOutcome } from "../../../src/contracts/seeing-worker-routes.ts";
import { SeeingShelf, type SeeingModel } from "../../models/seeing-shelf.ts";
import { openImageModel } from "./image-model.ts";
import type { GivenJob, SeerSettings } from "./messages.ts";
import { openTextModel } from "./text-model.ts";

/** What became of a job; undefined: the time was over, and another batch has to take it. */
export type Answer = Seen | EaselError | undefined;

/** A model that is loaded. A job that can't be seen fails alone; none but the first is begun after `until`. */
export interface OpenModel {
  see(jobs: readonly GivenJob[], until: number): Promise<Answer[]>;
  release(): Promise<void>;
}

const OPEN: Readonly<Record<SeeingModel["task"], (model: SeeingModel) => Promise<OpenModel>>> = {
  "text-classification": openTextModel,
  "image-classification": openImageModel,
};

/** Sees with the models that lie in some folders; they are loaded before anybody asks, and stay so. */
export class Seer {
  readonly #shelf: SeeingShelf;
  readonly #batchMilliseconds: number;
  /** By digest; undefined: it can't be loaded, which was told. */
  readonly #open = new Map<string, { task: SeeingModel["task"]; model: OpenModel | undefined }>();

  constructor({ modelsDirs, batchMilliseconds }: SeerSettings) {
    this.#shelf = new SeeingShelf(modelsDirs);
    this.#batchMilliseconds = batchMilliseconds;
  }

  /** Loads what is new in the folders, lets go of what is gone, and answers what there is. */
  async models(): Promise<LoadedModel[]> {
    const here = this.#shelf.all();
    for (const [digest, { model }] of this.#open) {
      if (here.some((one) => one.digest === digest)) continue;
      this.#open.delete(digest);
      await model?.release();
    }
    for (const found of here) {
      if (this.#open.has(found.digest)) continue;
      const model = await OPEN[found.task](found).catch((reason: unknown) => {
        process.stderr.write(`The model in ${found.folder} is left out: ${String(reason)}\n`);
        return undefined;
      });
      this.#open.set(found.digest, { task: found.task, model });
    }
    return [...this.#open].flatMap(([digest, { task, model }]) =>
      model === undefined ? [] : [{ task, digest }],
    );
  }

  /** Answers the jobs, a model's together; some of a batch that takes long are left out. */
  async see(jobs: readonly GivenJob[]): Promise<SeeingOutcome[]> {
    const outcomes: SeeingOutcome[] = [];
    const until = performance.now() + this.#batchMilliseconds;
    for (const digest of new Set(jobs.map((job) => job.digest))) {
      const its = jobs.filter((job) => job.digest === digest);
      const answers = await this.#seeWith(digest, its, until);
      its.forEach(({ id }, index) => {
        const answer = answers[index];
        if (answer === undefined) return;
        outcomes.push(
          answer instanceof EaselError ? { id, error: answer.toFailure() } : { id, seen: answer },
        );
      });
    }
    return outcomes;
  }

  async #seeWith(digest: string, jobs: readonly GivenJob[], until: number): Promise<Answer[]> {
    try {
      const model = this.#open.get(digest)?.model;
      if (model === undefined) throw new EaselError("unknown_model", "This worker has not loaded the model.");
      return await model.see(jobs, until);
    } catch (thrown) {
      return jobs.map(() => EaselError.fromFailure(asFailure(thrown)));
    }
  }
}
