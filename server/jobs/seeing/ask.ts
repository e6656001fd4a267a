import { randomUUID } from "node:crypto";
import { EaselError } from "../../../src/contracts/errors.ts";
import { toCamel } from "../../../src/contracts/casing.ts";
import type { SeenWire } from "../../../src/contracts/prediction.ts";
import type { SeeingModel } from "../../models/seeing-shelf.ts";
import type { Services } from "../services.ts";
import { askInTable } from "./ask-in-table.ts";
import type { Answer, Question, SeeingInput } from "./hand-over.ts";
import { resultKeyOf } from "./results.ts";

/** Requests that wait at once; each holds its picture in memory, or has it in the object store. */
const MOST_OF_OWNER = 64;
const MOST_IN_ALL = 1024;

export interface SeeingQuestion {
  ownerId: string;
  model: Pick<SeeingModel, "task" | "digest">;
  input: SeeingInput;
}

/**
 * Has a worker look at something and waits for what it sees; what was seen before is answered at once. The question is
 * handed to a worker that claims at this process, or else laid where every server's workers look.
 *
 * @param signal aborts when whoever asked has gone
 * @returns the question's id, and what was seen
 * @throws EaselError what the worker says of the input; queue_full; no_backend where no worker is there; timed_out
 *   where none answered in time
 */
export async function see(
  services: Services,
  { ownerId, model, input }: SeeingQuestion,
  signal: AbortSignal,
): Promise<{ id: string; seen: SeenWire }> {
  const { metrics, settings, handOver } = services;
  const { task, digest } = model;
  const started = performance.now();
  const id = randomUUID();
  const resultKey = settings.RESULT_CACHE ? resultKeyOf(model, input) : null;
  const question = { id, ownerId, model: { task, digest }, input, resultKey };
  const before = await services.lookBefore(question);
  if (before.seen !== null) {
    metrics.predictions.inc({ task, outcome: "cached" });
    return { id, seen: before.seen };
  }
  requireRoom({ ofOwner: before.ofOwner + handOver.countOf(ownerId), inAll: before.inAll + handOver.count });
  if (!before.attended && !handOver.isExpected(model)) {
    metrics.predictions.inc({ task, outcome: "unattended" });
    throw unattended();
  }
  try {
    const seen = await waitFor(services, question, signal);
    metrics.predictions.inc({ task, outcome: "seen" });
    metrics.predictionSeconds.observe({ task }, (performance.now() - started) / 1000);
    return { id, seen };
  } catch (error) {
    const late = error instanceof EaselError && error.code === "timed_out";
    metrics.predictions.inc({ task, outcome: late ? "timed_out" : "failed" });
    throw error;
  }
}

async function waitFor(services: Services, question: Question, signal: AbortSignal): Promise<SeenWire> {
  const { stopping, settings, handOver } = services;
  const seconds = settings.SEEING_WAIT_SECONDS;
  const until = performance.now() + seconds * 1000;
  const over = [signal, stopping];
  let answer: Answer | "nobody" | "gone" = await handOver.ask(question, over, seconds * 1000);
  if (answer === "nobody") {
    const left = AbortSignal.timeout(Math.max(0, Math.ceil(until - performance.now())));
    answer = await askInTable(services, question, { over: AbortSignal.any([...over, left]), seconds });
  }
  if (answer === "gone") throw unanswered(signal.aborted || stopping.aborted, seconds);
  if ("error" in answer) throw EaselError.fromFailure(toCamel(answer.error));
  return answer.seen;
}

function requireRoom({ ofOwner, inAll }: { ofOwner: number; inAll: number }): void {
  if (ofOwner < MOST_OF_OWNER && inAll < MOST_IN_ALL) return;
  throw new EaselError(
    "queue_full",
    ofOwner < MOST_OF_OWNER
      ? "The server has as many requests waiting to be seen as it takes."
      : `You already have ${MOST_OF_OWNER} requests waiting to be seen.`,
    { hint: "Wait until some are answered." },
  );
}

function unattended(): EaselError {
  return new EaselError("no_backend", "No worker is there that has loaded what this is seen with.", {
    hint: "A GPU worker must run (WORKERS, or one on another machine) that has the same model as the server. One that has just started loads it first. Its log says if it could not.",
  });
}

function unanswered(gone: boolean, wait: number): EaselError {
  if (gone) return new EaselError("interrupted", "The request ended before a worker had answered.");
  return new EaselError("timed_out", `No worker answered within ${wait} s.`, {
    hint: "A GPU worker must run (WORKERS, or one on another machine) that has the same model as the server. Its log says if it could not load it.",
  });
}
