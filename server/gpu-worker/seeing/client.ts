import { EaselError } from "../../../src/contracts/errors.ts";
import type { LoadedModel, SeeingOutcome } from "../../../src/contracts/seeing-worker-routes.ts";
import { ChildCalls } from "../child-calls.ts";
import { startChild } from "../child-program.ts";
import type { FromSeer, GivenJob, SeerSettings, ToSeer } from "./messages.ts";

/** From then on no picture of a batch is begun; a batch that takes much longer is stuck: its lease would lapse. */
const BATCH_MILLISECONDS = 4000;
const STUCK_MILLISECONDS = 10_000;
/** A model that was added is noticed so much later: a question for each claim would wait behind the batch under way. */
const MODELS_KNOWN_MILLISECONDS = 2000;

export interface SeeingOptions extends Omit<SeerSettings, "batchMilliseconds"> {
  batchMilliseconds?: number;
  stuckMilliseconds?: number;
}

/** The process that sees, started anew whenever it was killed or has crashed. */
export class SeeingChild {
  readonly #child: ChildCalls<ToSeer, FromSeer>;
  readonly #stuckMilliseconds: number;
  #known: { models: LoadedModel[]; at: number } | undefined;

  constructor({ stuckMilliseconds = STUCK_MILLISECONDS, ...options }: SeeingOptions) {
    const settings: SeerSettings = { batchMilliseconds: BATCH_MILLISECONDS, ...options };
    this.#child = new ChildCalls("The process that sees", () => startChild("seeing", settings));
    this.#stuckMilliseconds = stuckMilliseconds;
  }

  /** The child's process id, while it runs. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The models that are loaded, after those were that are new in the folders; as it was at most two seconds ago. */
  async models(): Promise<LoadedModel[]> {
    const { models, at } = this.#known ?? { models: [], at: -MODELS_KNOWN_MILLISECONDS };
    if (models.length > 0 && performance.now() < at + MODELS_KNOWN_MILLISECONDS) return models;
    const answer = await this.#ask((call) => ({ type: "models", call }));
    if (answer.type !== "models") throw unexpected(answer);
    this.#known = { models: answer.models, at: performance.now() };
    return answer.models;
  }

  /**
   * Sees a batch, in any order; what of it would take too long is left out.
   * @throws EaselError `worker_lost` where the child died, `timed_out` where it was stuck: the next call has a new one.
   */
  async see(jobs: GivenJob[]): Promise<SeeingOutcome[]> {
    const watchdog = setTimeout(() => void this.#child.kill(late()), this.#stuckMilliseconds);
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

const late = (): EaselError =>
  new EaselError("timed_out", "What is in the picture could not be told in time.", {
    hint: "The worker's model is too large for its machine.",
  });

function unexpected(message: FromSeer): EaselError {
  if (message.type === "failed") return EaselError.fromFailure(message.failure);
  return new EaselError("internal", `The process that sees gave an answer of another kind: ${message.type}.`);
}
