import type { JobStatus } from "../../history/database.ts";

const WORDS: Readonly<Record<JobStatus, string>> = Object.freeze({
  queued: "Waiting…",
  running: "Being drawn…",
  succeeded: "Drawn",
  failed: "Failed",
  cancelled: "Cancelled",
  interrupted: "Interrupted",
});

export function statusWord(status: JobStatus): string {
  return WORDS[status];
}

/** Nothing more comes of it by itself. */
export function isOver(status: JobStatus): boolean {
  return status !== "queued" && status !== "running";
}

/** The same request with the same seed, once more. */
export function againLabel(status: JobStatus): string {
  return status === "failed" ? "Try again" : "Run again";
}
