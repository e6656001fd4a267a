import { eq, sql } from "drizzle-orm";
import type { ErrorWire } from "../../../src/contracts/errors.ts";
import { documentPages, documents, seeingJobs } from "../../db/schema.ts";
import { DOCUMENT_ATTEMPTS } from "../seeing/claim.ts";
import { queueOf } from "../seeing/queue-name.ts";
import type { Services } from "../services.ts";
import { failDocument } from "./complete.ts";
import { NEVER } from "./keep.ts";

const WORKER_LOST: ErrorWire = {
  code: "worker_lost",
  message: `${DOCUMENT_ATTEMPTS} workers in turn were lost with the same pages of this document.`,
  hint: "Look at the worker's log: the machine may be short of memory for it.",
};
/** So many at a time. */
const GROUP = 100;
const AT_REST = sql`task = 'object-detection' and (lease_id is null or lease_expires_at < now())`;

/**
 * Sees to it that every document that is not done waits for the model that the server has now, and that one which ends
 * its workers is given up. Several servers may do this at once.
 */
export async function reconcileDocuments(services: Services): Promise<void> {
  await giveUp(services);
  await askAgain(services);
  await moveToModel(services);
}

/** Documents that were leased too often. */
async function giveUp({ connection, log }: Services): Promise<void> {
  const { database } = connection;
  const lost = sql`${AT_REST} and attempts >= ${DOCUMENT_ATTEMPTS}`;
  const found = await database.select({ id: seeingJobs.id }).from(seeingJobs).where(lost).limit(GROUP);
  for (const { id } of found) {
    await database.transaction(async (tx) => {
      const still = sql`id = ${id} and ${lost}`;
      const [row] = await tx.select({ id: seeingJobs.id }).from(seeingJobs).where(still).for("update");
      if (row !== undefined) await failDocument(tx, id, WORKER_LOST);
    });
    log.warn({ document: id }, "A document ended every worker that took it.");
  }
}

/** The queue does not outlive a database's crash, as documents do. Of which model their pages were is not known then. */
async function askAgain({ connection }: Services): Promise<void> {
  await connection.database.execute(sql`
    insert into ${seeingJobs} (id, owner_id, task, digest, object_key, content_type, first_page, deadline)
    select id, owner_id, 'object-detection', '', object_key, content_type, 1, ${NEVER}
    from ${documents} as document
    where finished_at is null and not exists (select from ${seeingJobs} as job where job.id = document.id)
    on conflict do nothing`);
}

/** Where the server's model is another now, a document is looked through from its first page on: one model for all. */
async function moveToModel({ connection, seeing, notifier }: Services): Promise<void> {
  const model = seeing.find("object-detection");
  if (model === undefined) return;
  const { database } = connection;
  const other = sql`${AT_REST} and digest <> ${model.digest}`;
  const found = await database.select({ id: seeingJobs.id }).from(seeingJobs).where(other).limit(GROUP);
  for (const { id } of found) {
    await database.transaction(async (tx) => {
      const moved = await tx
        .update(seeingJobs)
        .set({ digest: model.digest, firstPage: 1, attempts: 0, leaseId: null, leaseExpiresAt: null })
        .where(sql`id = ${id} and ${other}`)
        .returning({ id: seeingJobs.id });
      if (moved.length === 0) return;
      await tx.delete(documentPages).where(eq(documentPages.documentId, id));
      await tx
        .update(documents)
        .set({ model: model.id, status: "queued", pageCount: null, pagesDone: 0 })
        .where(eq(documents.id, id));
    });
    notifier.wake({ jobs: 1, model: queueOf(model) });
  }
}
