import type { Provider } from "../../src/contracts/progress.ts";
import { CLAIM_WAIT_MAX_SECONDS } from "../../src/contracts/worker.ts";
import type { Logger } from "../log.ts";
import { drawJob } from "./draw-job.ts";
import type { SafetyCheck } from "./safety-check.ts";
import type { Inference } from "./inference-child.ts";
import { takeTurns } from "./turns.ts";
import type { WorkerApi } from "./worker-api.ts";

/** The largest picture that this worker takes; the models known so far draw 1024 x 1024 at most. */
const MAX_PIXELS = 2048 * 2048;

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
  safetyCheck: SafetyCheck,
  log: Logger,
  shutdown: AbortSignal,
): Promise<void> {
  await takeTurns(log, shutdown, async (heard) => {
    const manifests = await inference.models();
    const models = manifests.map(({ id, digest }) => ({ id, digest }));
    if (models.length === 0)
      throw new Error("There is no model to draw with: models/ and DATA_DIR/models hold none.");
    const safety = await safetyCheck.current();
    const claim = await api.claim(
      {
        ...identity,
        models,
        maxPixels: MAX_PIXELS,
        waitSeconds: CLAIM_WAIT_MAX_SECONDS,
        ...(safety === undefined ? {} : { safety }),
      },
      shutdown,
    );
    heard();
    if (claim === undefined) return;
    const started = Date.now();
    const drawing = safety === undefined ? inference : safetyCheck.over(inference, safety);
    await drawJob(claim, api, drawing, log, shutdown);
    log.info(
      { job: claim.jobId, attempt: claim.attempt, milliseconds: Date.now() - started },
      "A job is over.",
    );
  });
}
