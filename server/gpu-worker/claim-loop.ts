import type { Provider } from "../../src/contracts/progress.ts";
import { CLAIM_WAIT_MAX_SECONDS } from "../../src/contracts/worker.ts";
import type { Logger } from "../log.ts";
import { pause } from "../pause.ts";
import { drawJob } from "./draw-job.ts";
import type { Inference } from "./inference-child.ts";
import type { WorkerApi } from "./worker-api.ts";

/** The largest picture that this worker takes; the models known so far draw 1024 x 1024 at most. */
const MAX_PIXELS = 2048 * 2048;
const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 5000;

export interface WorkerIdentity {
  workerId: string;
  name: string;
  version: string;
  provider: Provider;
}

/** Claims and draws, one job at a time, until `shutdown` aborts; the running job is handed back then. */
export async function claimLoop(
  identity: WorkerIdentity,
  api: WorkerApi,
  inference: Inference,
  log: Logger,
  shutdown: AbortSignal,
): Promise<void> {
  let wait = FIRST_PAUSE_MILLISECONDS;
  let lastProblem = "";
  while (!shutdown.aborted) {
    try {
      const manifests = await inference.models();
      const models = manifests.map(({ id, digest }) => ({ id, digest }));
      if (models.length === 0)
        throw new Error("There is no model to draw with: models/ and DATA_DIR/models hold none.");
      const claim = await api.claim(
        { ...identity, models, maxPixels: MAX_PIXELS, waitSeconds: CLAIM_WAIT_MAX_SECONDS },
        shutdown,
      );
      wait = FIRST_PAUSE_MILLISECONDS;
      lastProblem = "";
      if (claim === undefined) continue;
      const started = Date.now();
      await drawJob(claim, api, inference, log, shutdown);
      log.info(
        { job: claim.jobId, attempt: claim.attempt, milliseconds: Date.now() - started },
        "A job is over.",
      );
    } catch (error) {
      if (shutdown.aborted) return;
      // A server that is away for an hour is worth one line.
      const problem = String(error);
      const level = problem === lastProblem ? "debug" : "warn";
      lastProblem = problem;
      log[level]({ err: error }, "No job could be claimed; the worker tries again.");
      await pause(wait, shutdown);
      wait = Math.min(wait * 2, LONGEST_PAUSE_MILLISECONDS);
    }
  }
}
