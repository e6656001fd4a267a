import { EaselError } from "../../../src/contracts/errors.ts";
import type { SeeingTask } from "../../../src/contracts/prediction.ts";
import type { LoadedModel, SeeingOutcome } from "../../../src/contracts/seeing-worker-routes.ts";
import { ChildCalls } from "../child-calls.ts";
import { startChild } from "../child-program.ts";
import type { FromSeer, GivenJob, SeerSettings, ToSeer } from "./messages.ts";

/** From then on no picture of a batch is begun; a batch that takes much longer is stuck: its lease would lapse. */
const BATCH_MILLISECONDS = 4000;
const STUCK_MILLISECONDS = 10_000;

export interface SeeingOptions {
  modelsDirs: string[];
  tasks: readonly SeeingTask[];
  batchMilliseconds?: number;
  stuckMilliseconds?: number;
}

/** The process that sees, started anew whenever it was killed or has crashed. */
export class SeeingChild {
  readonly #child: ChildCalls<ToSeer, FromSeer>;
  readonly #stuckMilliseconds: number;

  constructor({
    modelsDirs,
    tasks,
    batchMilliseconds = BATCH_MILLISECONDS,
    stuckMilliseconds = STUCK_MILLISECONDS,
  }: SeeingOptions) {
    const settings: SeerSettings = { modelsDirs, tasks, batchMilliseconds };
    this.#child = new ChildCalls("The process that sees", () => startChild("seeing", settings));
    this.#stuckMilliseconds = stuckMilliseconds;
  }

  /** The child's process id, while it runs. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The models that are loaded, after those were that are new in the folders. */
  async models(): Promise<LoadedModel[]> {
    const answer = await this.#ask((call) => ({ type: "models", call }));
    if (answer.type !== "models") throw unexpected(answer);
    return answer.models;
  }

  /**
   * Sees a batch, in any order; what of it would take too long is left out.
   * @throws EaselError `worker_lost` where the child died, `timed_out` where it was stuck: the next call has a new one.
   */
  async see(jobs: GivenJob[]): Promise<SeeingOutcome[]> {
    const late = new EaselError("timed_out", "What is in the picture could not be told in time.", {
      hint: "The worker's model is too large for its machine.",
    });
    const watchdog = setTimeout(() => void this.#child.kill(late), this.#stuckMilliseconds);
    try {
      const answer = await this.#ask((call) => ({ type: "see", call, jobs }));
      if (answer.type !== "seen") throw unexpected(answer);
      return answer.outcomes;
    } finally {
      clearTimeout(watchdog);
    }
  }

  /** Ends the child; what it was asked rejects with `worker_lost`. */
  async close(): Promise<void> {
    await this.#child.close();
  }

  #ask(question: (call: number) => ToSeer): Promise<FromSeer> {
    return new Promise((resolve, reject) => {
      const call = this.#child.begin({
        onLost: reject,
        onMessage: (message) => {
          this.#child.end(call);
          resolve(message);
        },
      });
      this.#child.send(question(call));
    });
  }
}

function unexpected(message: FromSeer): EaselError {
  if (message.type === "failed") return EaselError.fromFailure(message.failure);
  return new EaselError("internal", `The process that sees gave an answer of another kind: ${message.type}.`);
}
