import { asFailure, EaselError } from "../../../src/contracts/errors.ts";
import type { SeeingJob, SeeingOutcome } from "../../../src/contracts/seeing-worker-routes.ts";
import { CLAIM_WAIT_MAX_SECONDS } from "../../../src/contracts/worker.ts";
import type { Logger } from "../../log.ts";
import { pause } from "../../pause.ts";
import { takeTurns } from "../turns.ts";
import { getInput, type TakenBatch, type WorkerApi } from "../worker-api.ts";
import type { SeeingChild } from "./client.ts";
import type { GivenJob } from "./messages.ts";

/** A batch of a slow model has fewer pictures, so that it ends long before its lease. */
const BATCH_SECONDS = 4;
const INPUT_MILLISECONDS = 4000;
/** How often a worker without models looks whether one was added. */
const LOOK_AGAIN_MILLISECONDS = 5000;

/**
 * Claims small batches and has them seen, until `shutdown` aborts; what is under way is handed back then.
 *
 * @param most of a batch
 */
export async function seeingLoop(
  { workerId, most: mostAtOnce }: { workerId: string; most: number },
  api: WorkerApi,
  child: SeeingChild,
  log: Logger,
  shutdown: AbortSignal,
): Promise<void> {
  let most = mostAtOnce;
  await takeTurns(log, shutdown, async (heard) => {
    const models = await child.models();
    if (models.length === 0) return pause(LOOK_AGAIN_MILLISECONDS, shutdown);
    const terms = { workerId, models, most, waitSeconds: CLAIM_WAIT_MAX_SECONDS };
    const claim = await api.claimSeeing(terms, shutdown);
    heard();
    if (claim === undefined) return;
    const started = performance.now();
    const outcomes = await untilShutdown(seeBatch(claim, child), shutdown);
    await api.completeSeeing(claim.leaseId, outcomes).catch((error: unknown) => {
      if (!(error instanceof EaselError) || error.code !== "lease_lost") throw error;
    });
    const seconds = (performance.now() - started) / 1000;
    most = Math.floor((BATCH_SECONDS * claim.jobs.length) / seconds);
    most = Math.min(Math.max(most, 1), mostAtOnce);
    log.debug({ lease: claim.leaseId, jobs: claim.jobs.length, seconds }, "A batch was seen.");
  });
}

/** Nothing, once the worker is told to stop: all of the batch is handed back then. */
function untilShutdown(seeing: Promise<SeeingOutcome[]>, shutdown: AbortSignal): Promise<SeeingOutcome[]> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve([]);
    if (shutdown.aborted) stop();
    shutdown.addEventListener("abort", stop);
    void seeing.then(resolve, reject).finally(() => shutdown.removeEventListener("abort", stop));
  });
}

async function seeBatch({ jobs, next }: TakenBatch, child: SeeingChild): Promise<SeeingOutcome[]> {
  const outcomes: SeeingOutcome[] = [];
  const given: GivenJob[] = [];
  const failed = (id: string) => (thrown: unknown) => {
    outcomes.push({ id, error: asFailure(thrown) });
  };
  await Promise.all(jobs.map((job) => give(job, next).then((one) => void given.push(one), failed(job.id))));
  if (given.length === 0) return outcomes;
  const seeing = child.see(given);
  try {
    return [...outcomes, ...(await seeing)];
  } catch (thrown) {
    if (given.length === 1) {
      failed(given[0]!.id)(thrown);
      return outcomes;
    }
    // One of them ends the process, or takes too long: the others shall not suffer for it.
    for (const job of given)
      await child.see([job]).then((seen) => void outcomes.push(...seen), failed(job.id));
    return outcomes;
  }
}

async function give(job: SeeingJob, next: TakenBatch["next"]): Promise<GivenJob> {
  if (job.task === "text-classification") return job;
  if (job.task === "object-detection") {
    const { url, ...rest } = job;
    return { ...rest, bytes: await getInput(url, INPUT_MILLISECONDS) };
  }
  const { url, bytes, ...rest } = job;
  if (bytes !== undefined) return { ...rest, bytes: next(bytes) };
  if (url !== undefined) return { ...rest, bytes: await getInput(url, INPUT_MILLISECONDS) };
  throw new EaselError("internal", "The server's claim has neither a picture's bytes nor its address.");
}
