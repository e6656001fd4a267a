import { callApi } from "./api.ts";

let ready: Promise<void> | null = null;

/**
 * Resolves once this browser has its owner's cookie. The server gives one to the first request without; parallel
 * first requests would make several owners, so the first goes alone: under a lock shared by all tabs.
 */
export function ensureOwner(): Promise<void> {
  ready ??= underLock(async () => {
    await callApi("/api/generated-images?limit=1");
  }).catch((thrown: unknown) => {
    ready = null;
    throw thrown;
  });
  return ready;
}

/** Without a secure context there are no locks; then this tab's own order has to do. */
async function underLock(work: () => Promise<void>): Promise<void> {
  if (!("locks" in navigator)) return work();
  await navigator.locks.request("easel-owner", work);
}
