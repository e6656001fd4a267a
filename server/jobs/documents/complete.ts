import { and, eq, sql } from "drizzle-orm";
import type { ErrorWire } from "../../../src/contracts/errors.ts";
import type { FoundWire } from "../../../src/contracts/seeing-worker-routes.ts";
import type { Transaction } from "../../db/connect.ts";
import { documentPages, documents, seeingJobs } from "../../db/schema.ts";
import { DOCUMENT_ATTEMPTS } from "../seeing/claim.ts";
import { queueOf } from "../seeing/queue-name.ts";
import type { Services } from "../services.ts";

/** Between two tries of the same pages. */
const REST_SECONDS = 2;

/** What a worker has found on the next pages of a document, or why it can't go on. */
export interface DocumentOutcome {
  id: string;
  found: FoundWire | null;
  error: ErrorWire | null;
}

/**
 * Keeps what a lease has found, once: its job goes back into the queue for the pages that are left, or goes. Nothing
 * happens where the job is no longer this lease's.
 */
export async function completeDocument(
  services: Services,
  leaseId: string,
  { id, found, error }: DocumentOutcome,
): Promise<void> {
  const { connection, notifier } = services;
  const next = await connection.database.transaction(async (tx) => {
    const [job] = await tx
      .select()
      .from(seeingJobs)
      .where(and(eq(seeingJobs.id, id), eq(seeingJobs.leaseId, leaseId)))
      .for("update");
    if (job === undefined) return undefined;
    if (error !== null && (await triedAgain(tx, job, error.code))) return undefined;
    const failure = error ?? misfit(found, job.firstPage ?? 1);
    if (failure !== null || found === null) {
      await failDocument(tx, id, failure ?? NOTHING);
      return undefined;
    }
    const pagesDone = found.pages.at(-1)!.page;
    const done = pagesDone === found.page_count;
    await tx.insert(documentPages).values(found.pages.map((page) => ({ documentId: id, ...page })));
    await tx
      .update(documents)
      .set({
        ...{ pageCount: found.page_count, pagesDone, status: done ? "succeeded" : "running" },
        finishedAt: done ? sql`now()` : null,
      })
      .where(eq(documents.id, id));
    if (done) {
      await tx.delete(seeingJobs).where(eq(seeingJobs.id, id));
      return undefined;
    }
    await tx
      .update(seeingJobs)
      .set({ firstPage: pagesDone + 1, attempts: 0, leaseId: null, leaseExpiresAt: null })
      .where(eq(seeingJobs.id, id));
    const ready = { jobs: 1, model: queueOf(job) };
    await notifier.announce(tx, ready);
    return ready;
  });
  if (next !== undefined) notifier.wake(next);
}

/**
 * Whether the same pages are tried again after a while: a store that is away is waited for, whatever may be the
 * worker's fault has a number of tries.
 */
async function triedAgain(
  tx: Transaction,
  { id, attempts }: { id: string; attempts: number },
  code: ErrorWire["code"],
): Promise<boolean> {
  const storeIsAway = code === "storage_unavailable";
  const passing = storeIsAway || code === "worker_lost" || code === "timed_out";
  if (!passing || (!storeIsAway && attempts >= DOCUMENT_ATTEMPTS)) return false;
  await tx
    .update(seeingJobs)
    .set({
      leaseId: null,
      // Nobody takes it before.
      leaseExpiresAt: sql`now() + ${REST_SECONDS} * interval '1 second'`,
      attempts: storeIsAway ? attempts - 1 : attempts,
    })
    .where(eq(seeingJobs.id, id));
  return true;
}

/** Ends a document; the pages that were done stay. */
export async function failDocument(tx: Transaction, id: string, error: ErrorWire): Promise<void> {
  await tx
    .update(documents)
    .set({ status: "failed", error, finishedAt: sql`now()` })
    .where(eq(documents.id, id));
  await tx.delete(seeingJobs).where(eq(seeingJobs.id, id));
}

const NOTHING: ErrorWire = { code: "internal", message: "The worker answered a document with no pages." };

/** A worker of another version may miscount: what it says is not taken on trust. */
function misfit(found: FoundWire | null, firstPage: number): ErrorWire | null {
  if (found === null) return NOTHING;
  const pages = found.pages.map(({ page }) => page);
  if (pages.every((page, i) => page === firstPage + i) && pages.at(-1)! <= found.page_count) return null;
  return {
    code: "internal",
    message: `The worker was asked for the pages from ${firstPage} on and answered ${pages.join(", ")} of ${found.page_count}.`,
  };
}
