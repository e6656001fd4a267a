import { pause } from "../pause.ts";
import { DiskStore } from "../storage/disk-store.ts";
import { reconcileDocuments } from "./documents/reconcile.ts";
import { deleteOrphans } from "./orphans.ts";
import { reconcileLostAttempts, sweep } from "./reconcile.ts";
import type { Services } from "./services.ts";

const RECONCILE_MILLISECONDS = 1000;
const ORPHANS_MILLISECONDS = 2000;
const DOCUMENTS_MILLISECONDS = 2000;
const SWEEP_MILLISECONDS = 10 * 60 * 1000;

/** Runs a task again and again, with a pause between two runs, until stopped; a failed run is logged. */
function repeat(services: Services, milliseconds: number, task: () => Promise<unknown>): Promise<void> {
  const { stopping, log } = services;
  return (async () => {
    while (!stopping.aborted) {
      await task().catch((error: unknown) => log.error({ err: error }, "Upkeep failed and is tried again."));
      await pause(milliseconds, stopping);
    }
  })();
}

/** The regular work of an API process; the promise settles after `stopping`, with the last run over. */
export async function upkeep(services: Services): Promise<void> {
  const { store } = services;
  await Promise.all([
    repeat(services, RECONCILE_MILLISECONDS, () => reconcileLostAttempts(services)),
    repeat(services, ORPHANS_MILLISECONDS, () => deleteOrphans(services)),
    repeat(services, DOCUMENTS_MILLISECONDS, () => reconcileDocuments(services)),
    repeat(services, SWEEP_MILLISECONDS, () => sweep(services)),
    ...(store instanceof DiskStore ? [repeat(services, SWEEP_MILLISECONDS, () => store.deleteTorn())] : []),
  ]);
}
