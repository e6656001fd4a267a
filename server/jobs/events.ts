import { and, asc, desc, eq, gt, sql, type SQL } from "drizzle-orm";
import type { ProgressWire } from "../../src/contracts/progress.ts";
import type { Database, Transaction } from "../db/connect.ts";
import { generatedImageEvents } from "../db/schema.ts";

export interface NumberedEvent {
  id: number;
  event: ProgressWire;
}

/**
 * Writes what happened to a picture. The caller holds the picture's row lock, so that one picture's numbers grow in
 * the order in which they become visible. A preview is not part of it.
 */
export async function recordEvent(
  transaction: Transaction,
  imageId: string,
  event: ProgressWire,
): Promise<void> {
  await transaction.insert(generatedImageEvents).values({ generatedImageId: imageId, event: kept(event) });
}

/** The same as part of a statement, for each picture whose `id` is in `source`, which has locked them. */
export function recordingOf(event: ProgressWire, source: SQL): SQL {
  return sql`insert into ${generatedImageEvents} (generated_image_id, event)
    select id, ${JSON.stringify(kept(event))}::jsonb from ${source}`;
}

function kept(event: ProgressWire): ProgressWire {
  return event.type === "step" ? { ...event, preview: undefined } : event;
}

/** A picture's events after number `after`, oldest first. */
export async function eventsAfter(
  database: Database,
  imageId: string,
  after: number,
): Promise<NumberedEvent[]> {
  return database
    .select({ id: generatedImageEvents.id, event: generatedImageEvents.event })
    .from(generatedImageEvents)
    .where(and(eq(generatedImageEvents.generatedImageId, imageId), gt(generatedImageEvents.id, after)))
    .orderBy(asc(generatedImageEvents.id));
}

/** The present state: every picture has at least its `queued` event. */
export async function lastEvent(database: Database, imageId: string): Promise<NumberedEvent | undefined> {
  const [last] = await database
    .select({ id: generatedImageEvents.id, event: generatedImageEvents.event })
    .from(generatedImageEvents)
    .where(eq(generatedImageEvents.generatedImageId, imageId))
    .orderBy(desc(generatedImageEvents.id))
    .limit(1);
  return last;
}
