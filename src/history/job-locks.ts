import { EaselError } from "../contracts/errors.ts";

const PREFIX = "easel-job-";

/**
 * Does `work` while holding the job's Web Lock. The browser lets go of it when the tab closes or crashes: a running
 * job without a holder was interrupted (R27).
 */
export async function holdingJob<Value>(jobId: string, work: () => Promise<Value>): Promise<Value> {
  // Without a secure context there are no locks: then running jobs of other tabs look interrupted.
  if (!("locks" in navigator)) return work();
  return await navigator.locks.request(PREFIX + jobId, { ifAvailable: true }, (lock) => {
    if (lock === null) throw new EaselError("conflict", "This picture is being drawn in another tab.");
    return work();
  });
}

/** The jobs that some tab of this browser is drawing now. */
export async function heldJobs(): Promise<Set<string>> {
  if (!("locks" in navigator)) return new Set();
  const { held = [] } = await navigator.locks.query();
  const names = held.flatMap((lock) => lock.name ?? []);
  return new Set(names.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length)));
}
