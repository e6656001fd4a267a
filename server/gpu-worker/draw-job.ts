import { createHash } from "node:crypto";
import { asFailure, EaselError, type ErrorCode } from "../../src/contracts/errors.ts";
import type { Claim } from "../../src/contracts/worker.ts";
import type { Logger } from "../log.ts";
import { pause } from "../pause.ts";
import type { Inference } from "./inference-child.ts";
import { Reporter, type StopReason } from "./reporter.ts";
import { getInputs, putResult, type WorkerApi } from "./worker-api.ts";

/** Failures that another attempt would only repeat. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  "invalid_request",
  "unsupported_size",
  "unknown_model",
  "model_not_installed",
  "payload_too_large",
  "unsupported_media",
  "unsafe_picture",
]);

const FIRST_PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 5000;
/** A store that is away for longer than this is another attempt's matter. */
const PATIENCE_MILLISECONDS = 10 * 60_000;

/**
 * Tries a call again, with growing pauses, until it succeeds or `signal` aborts: a drawn picture is worth waiting for
 * as long as its lease lives. A definite answer of the server (an EaselError other than storage's) ends it.
 */
async function insist<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const end = performance.now() + PATIENCE_MILLISECONDS;
  for (let wait = FIRST_PAUSE_MILLISECONDS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MILLISECONDS)) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof EaselError && error.code !== "storage_unavailable") throw error;
      if (signal.aborted || performance.now() > end) throw error;
      // Workers that lost the same server do not all come back in the same moment.
      await pause(wait * (0.5 + Math.random() / 2), signal);
    }
  }
}

/**
 * Draws one claimed picture to its end: complete, fail, or handed back when told to stop. Resolves when the drawing
 * process is free again.
 */
export async function drawJob(
  claim: Claim,
  api: WorkerApi,
  inference: Inference,
  log: Logger,
  shutdown: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const stopWith = (reason: StopReason) => stop.abort(reason);
  const onShutdown = () => stopWith("shutdown");
  shutdown.addEventListener("abort", onShutdown, { once: true });
  if (shutdown.aborted) onShutdown();
  const reporter = new Reporter(api, claim, stopWith);
  const stopped = new Promise<"stopped">((resolve) => {
    if (stop.signal.aborted) resolve("stopped");
    stop.signal.addEventListener("abort", () => resolve("stopped"), { once: true });
  });

  const drawing = insist(() => getInputs(claim.inputs), stop.signal).then((inputs) =>
    inference.draw(claim.request, (event) => reporter.report(event), stop.signal, inputs),
  );
  const settled = drawing.then(
    () => {},
    () => {},
  );
  try {
    const outcome = await Promise.race([drawing, stopped]);
    if (outcome === "stopped") {
      await letGo(claim, api, log, stop.signal.reason as StopReason);
      return;
    }
    await insist(() => putResult(claim.output, outcome.png), stop.signal);
    // Heartbeats go on until the server has taken it: where it is away for a moment, the lease must not lapse.
    await insist(
      () =>
        api.complete(claim.leaseId, {
          sha256: createHash("sha256").update(outcome.png).digest("hex"),
          bytes: outcome.png.byteLength,
          width: outcome.width,
          height: outcome.height,
          contentType: "image/png",
          provider: outcome.result.provider,
          seconds: outcome.result.seconds,
          ...(outcome.result.notices === undefined ? {} : { notices: outcome.result.notices }),
        }),
      stop.signal,
    );
  } catch (error) {
    if (stop.signal.aborted) await letGo(claim, api, log, stop.signal.reason as StopReason);
    else await tellFailure(claim, api, log, error, stop.signal);
  } finally {
    shutdown.removeEventListener("abort", onShutdown);
    await reporter.close();
    // The drawing process takes the next picture only when it is through with this one; at the end it is killed.
    if (!shutdown.aborted) await settled;
  }
}

/** A cancelled picture's lease is let go, a shut-down worker's job handed back; a lost lease is someone else's. */
async function letGo(claim: Claim, api: WorkerApi, log: Logger, reason: StopReason): Promise<void> {
  log.info({ job: claim.jobId, reason }, "The picture was given up.");
  if (reason === "lease_lost") return;
  await api.release(claim.leaseId).catch((error: unknown) => {
    log.warn({ err: error, job: claim.jobId }, "The job could not be handed back; its lease will lapse.");
  });
}

async function tellFailure(
  claim: Claim,
  api: WorkerApi,
  log: Logger,
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  const failure = asFailure(error);
  if (failure.code === "lease_lost") return;
  log.error({ err: error, job: claim.jobId }, "The picture failed.");
  const told = insist(() => api.fail(claim.leaseId, failure, !FINAL.has(failure.code)), signal);
  await told.catch((problem: unknown) => {
    log.warn({ err: problem, job: claim.jobId }, "The failure could not be told; the lease will lapse.");
  });
}
