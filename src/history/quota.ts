import { EaselError } from "../contracts/errors.ts";

/** The browser's word for a full disk, in ours. Dexie wraps it, also inside an aborted transaction. */
export async function orQuota<Value>(write: PromiseLike<Value>): Promise<Value> {
  try {
    return await write;
  } catch (thrown) {
    if (!isQuota(thrown)) throw thrown;
    throw new EaselError("quota_exceeded", "There is no room left on this device for the picture.", {
      hint: "Download it now, or delete some pictures and save it again. Everything kept so far is still there.",
      cause: thrown,
    });
  }
}

function isQuota(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const inner: unknown = "inner" in thrown ? thrown.inner : undefined;
  return thrown.name === "QuotaExceededError" || (inner !== thrown && isQuota(inner));
}
