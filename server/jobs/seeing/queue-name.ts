import type { SeeingTask } from "../../../src/contracts/prediction.ts";

/** What claims that wait are woken by: one model may do two tasks, and each has workers of its own. */
export function queueOf({ task, digest }: { task: SeeingTask; digest: string }): string {
  return `${task} ${digest}`;
}
