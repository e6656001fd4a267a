import { and, avg, count, desc, eq, gt, isNotNull, lt, or, sql } from "drizzle-orm";
import type { Database } from "../db/connect.ts";
import { generatedImages, workers } from "../db/schema.ts";

/** A worker that asked for work or told of progress within this time counts as live. */
export const WORKER_LIVE_SECONDS = 60;

export interface QueuePosition {
  /** Pictures of the same model that are drawn first. */
  position: number;
  /** Until this one is drawn; null while no picture of the model has been timed or no worker is live. */
  etaSeconds: number | null;
}

/** Where a waiting picture stands. */
export async function queuePosition(
  database: Database,
  row: { model: string; tag: number; createdAt: Date },
): Promise<QueuePosition> {
  const ofModel = eq(generatedImages.model, row.model);
  const earlier = or(
    lt(generatedImages.tag, row.tag),
    and(eq(generatedImages.tag, row.tag), lt(generatedImages.createdAt, row.createdAt)),
  );
  const [ahead] = await database
    .select({ count: count() })
    .from(generatedImages)
    .where(and(ofModel, eq(generatedImages.status, "queued"), earlier));
  const recent = database
    .select({ seconds: generatedImages.totalSeconds })
    .from(generatedImages)
    .where(and(ofModel, eq(generatedImages.status, "succeeded"), isNotNull(generatedImages.totalSeconds)))
    .orderBy(desc(generatedImages.finishedAt))
    .limit(20)
    .as("recent");
  const [timed] = await database.select({ mean: avg(recent.seconds) }).from(recent);
  const [live] = await database
    .select({ count: count() })
    .from(workers)
    .where(
      and(
        gt(workers.lastSeenAt, sql`now() - ${WORKER_LIVE_SECONDS} * interval '1 second'`),
        sql`${workers.models} @> ${JSON.stringify([{ id: row.model }])}::jsonb`,
      ),
    );
  const position = ahead?.count ?? 0;
  const mean = timed?.mean === null || timed?.mean === undefined ? undefined : Number(timed.mean);
  const hands = live?.count ?? 0;
  const etaSeconds = mean === undefined || hands === 0 ? null : Math.ceil(position / hands + 1) * mean;
  return { position, etaSeconds };
}
