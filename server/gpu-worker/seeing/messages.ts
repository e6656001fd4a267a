import type { Failure } from "../../../src/contracts/errors.ts";
import type { SeeingTask } from "../../../src/contracts/prediction.ts";
import type { LoadedModel, SeeingJob, SeeingOutcome } from "../../../src/contracts/seeing-worker-routes.ts";

/** A job with all that it needs: a picture's file in place of where it lies. The child decodes it, since it may be killed. */
export type GivenJob =
  | Extract<SeeingJob, { task: "text-classification" }>
  | (Omit<Extract<SeeingJob, { task: "image-classification" | "image-safety" }>, "url" | "bytes"> & {
      bytes: Uint8Array;
    })
  | (Omit<Extract<SeeingJob, { task: "object-detection" }>, "url"> & { bytes: Uint8Array });

/** What the claiming process tells the child that sees; `call` numbers a question and its answer. */
export type ToSeer = { type: "models"; call: number } | { type: "see"; call: number; jobs: GivenJob[] };

/** What the child answers. What is wrong with one job is its outcome and no failure of the call. */
export type FromSeer =
  | { type: "models"; call: number; models: LoadedModel[] }
  | { type: "seen"; call: number; outcomes: SeeingOutcome[] }
  | { type: "failed"; call: number; failure: Failure };

/** How the child is told where models lie, as its one argument in JSON. */
export interface SeerSettings {
  modelsDirs: string[];
  /** What this child sees; models for other tasks are not loaded. */
  tasks: readonly SeeingTask[];
  /** Whether it leaves out models that were added: they may be large. */
  onlyOwn?: boolean;
  /** What of a batch was not begun by then is left out: the worker's lease would lapse under it. */
  batchMilliseconds: number;
}
