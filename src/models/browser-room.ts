import { EaselError } from "../contracts/errors.ts";

/**
 * Before the first byte, so that nobody waits an hour for a full disk.
 * @throws EaselError `quota_exceeded` with what is needed and what there is
 */
export async function requireRoom(bytes: number): Promise<void> {
  const { quota, usage } = await navigator.storage.estimate();
  if (quota === undefined || usage === undefined || bytes <= quota - usage) return;
  const [needed, free] = [bytes, Math.max(0, quota - usage)].map((count) => (count / 1e6).toFixed(0));
  throw new EaselError(
    "quota_exceeded",
    `The model needs ${needed} MB, but this browser has room for ${free} MB.`,
    { hint: "Delete models you no longer need, or free some disk space, then try again." },
  );
}
