import { asc, eq, lt, sql } from "drizzle-orm";
import type { Transaction } from "../db/connect.ts";
import { orphanObjects } from "../db/schema.ts";
import { pause } from "../pause.ts";
import type { Services } from "./services.ts";

/** So many are deleted at once. */
const GROUP = 20;
/** A request waits no longer for the store. The rows are gone before, so that what it ends can't be reached. */
const PATIENCE_MILLISECONDS = 2000;
/** Seconds until the second try; each further one waits twice as long, up to the most. */
const FIRST_WAIT = 2;
const MOST_WAIT = 300;

/** Notes, in the transaction that drops the row, that nothing needs this object any more. */
export async function noteOrphan(transaction: Transaction, objectKey: string): Promise<void> {
  const due = { notBefore: sql`now()`, tries: 0 };
  await transaction
    .insert(orphanObjects)
    .values({ objectKey, ...due })
    .onConflictDoUpdate({ target: orphanObjects.objectKey, set: due });
}

/** Deletes noted objects for a request: before its reply, or behind it if the store is slow or away. */
export async function removeObjects(services: Services, keys: readonly string[]): Promise<void> {
  const removed = new AbortController();
  void removeAll(services, keys).finally(() => removed.abort());
  await pause(PATIENCE_MILLISECONDS, removed.signal);
}

/**
 * Deletes the noted objects whose time has come. What fails is tried again, later each time; several servers may do
 * this at once. Ends early where the store is away: the others' turn comes with the next call.
 */
export async function deleteOrphans(services: Services): Promise<void> {
  const { connection, stopping } = services;
  while (!stopping.aborted) {
    const due = await connection.database
      .select({ key: orphanObjects.objectKey })
      .from(orphanObjects)
      .where(lt(orphanObjects.notBefore, sql`clock_timestamp()`))
      .orderBy(asc(orphanObjects.notBefore))
      .limit(GROUP);
    if (due.length === 0) return;
    const keys = due.map(({ key }) => key);
    if ((await removeAll(services, keys)) === 0) return;
  }
}

/** Answers how many are gone; never rejects. Where none of a group can be deleted, the store is away. */
async function removeAll(services: Services, keys: readonly string[]): Promise<number> {
  let deleted = 0;
  for (let at = 0; at < keys.length; at += GROUP) {
    const group = keys.slice(at, at + GROUP).map((key) => remove(services, key));
    const gone = (await Promise.all(group)).filter((outcome) => outcome).length;
    if (gone === 0) break;
    deleted += gone;
  }
  return deleted;
}

/** Answers whether it is gone. */
async function remove(services: Services, key: string): Promise<boolean> {
  const { store, connection, log, stopping } = services;
  const itself = eq(orphanObjects.objectKey, key);
  try {
    await store.delete(key, stopping);
    await connection.database.delete(orphanObjects).where(itself);
    return true;
  } catch (error) {
    log.warn({ err: error, key }, "An object could not be deleted; this is tried again.");
    // Where the database is away too, its time has come still.
    await connection.database
      .update(orphanObjects)
      .set({ tries: sql`${orphanObjects.tries} + 1`, notBefore: nextTry })
      .where(itself)
      .catch(() => {});
    return false;
  }
}

/** Doubled waits, less up to a half, so that what failed together does not come back together. */
const nextTry = sql`clock_timestamp() + (0.5 + random() / 2) *
  least(${MOST_WAIT}::float8, ${FIRST_WAIT}::float8 * power(2, least(${orphanObjects.tries}, 10))) * interval '1 second'`;
