import type { JobStatus } from "../../history/database.ts";
import { m } from "../../paraglide/messages.js";

const WORDS: Readonly<Record<JobStatus, () => string>> = Object.freeze({
  queued: m.status_queued,
  running: m.status_running,
  succeeded: m.status_succeeded,
  failed: m.status_failed,
  cancelled: m.status_cancelled,
  interrupted: m.status_interrupted,
});

export function statusWord(status: JobStatus): string {
  return WORDS[status]();
}

/** Nothing more comes of it by itself. */
export function isOver(status: JobStatus): boolean {
  return status !== "queued" && status !== "running";
}

/** The same request with the same seed, once more. */
export function againLabel(status: JobStatus): string {
  return status === "failed" ? m.status_try_again() : m.status_run_again();
}
