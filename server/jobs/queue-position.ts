import { and, count, eq, gt, lt, or, sql } from "drizzle-orm";
import type { Database, Transaction } from "../db/connect.ts";
import { generatedImages, workers } from "../db/schema.ts";

/** A worker that asked for work or told of progress within this time counts as live. */
export const WORKER_LIVE_SECONDS = 60;

/** How many of the pictures drawn last tell how long one takes. */
const RECENT = 20;

export interface QueuePosition {
  /** Pictures of the same model that are drawn first. */
  position: number;
  /** Until this one is drawn; null while no picture of the model has been timed or no worker is live. */
  etaSeconds: number | null;
}

/** How a model's pictures are being drawn. */
export interface DrawingRate {
  /** From a claim to its result, on average; undefined: none was drawn yet. */
  secondsEach: number | undefined;
  /** Live workers that can draw it. */
  hands: number;
  /** For how many seconds each of those that are being drawn has been. */
  running: readonly number[];
}

/** Reads it by the database's clock alone. */
export async function drawingRate(database: Database | Transaction, model: string): Promise<DrawingRate> {
  const { rows } = await database.execute<{
    mean: number | null;
    hands: number;
    running: number[] | null;
  }>(sql`
    select
      (select avg(seconds)::float8 from (
        select extract(epoch from finished_at - started_at) as seconds from ${generatedImages}
        where model = ${model} and status = 'succeeded' and started_at is not null
        order by finished_at desc limit ${RECENT}
      ) as recent) as mean,
      (select count(*)::int from ${workers}
        where ${gt(workers.lastSeenAt, sql`now() - ${WORKER_LIVE_SECONDS} * interval '1 second'`)}
        and ${workers.models} @> ${JSON.stringify([{ id: model }])}::jsonb) as hands,
      (select json_agg(extract(epoch from now() - started_at)::float8) from ${generatedImages}
        where model = ${model} and status = 'running') as running`);
  const [row] = rows;
  return { secondsEach: row?.mean ?? undefined, hands: row?.hands ?? 0, running: row?.running ?? [] };
}

/**
 * Seconds until the picture at a position is drawn: each worker takes the next one when it is done with its own. All
 * take equally long, so with the workers sorted by when they are free, position p begins with worker p mod n, after
 * p / n whole pictures.
 */
export function etaSeconds(position: number, { secondsEach, hands, running }: DrawingRate): number | null {
  if (secondsEach === undefined || hands === 0) return null;
  const busy = running.map((seconds) => Math.max(0, secondsEach - seconds));
  const idle = Array<number>(Math.max(0, hands - busy.length)).fill(0);
  const freeIn = [...idle, ...busy].sort((a, b) => a - b);
  return (freeIn[position % hands] ?? 0) + (Math.floor(position / hands) + 1) * secondsEach;
}

/** Where a waiting picture stands. */
export async function queuePosition(
  database: Database,
  row: { model: string; tag: number; createdAt: Date },
): Promise<QueuePosition> {
  const earlier = or(
    lt(generatedImages.tag, row.tag),
    and(eq(generatedImages.tag, row.tag), lt(generatedImages.createdAt, row.createdAt)),
  );
  const [ahead] = await database
    .select({ count: count() })
    .from(generatedImages)
    .where(and(eq(generatedImages.model, row.model), eq(generatedImages.status, "queued"), earlier));
  const position = ahead?.count ?? 0;
  return { position, etaSeconds: etaSeconds(position, await drawingRate(database, row.model)) };
}

/**
 * The positions of new pictures of one model, before their rows are written: behind those that wait with the same
 * tag or a smaller one, and in the order given among themselves.
 */
export async function newPositions(
  transaction: Transaction,
  model: string,
  tags: readonly number[],
): Promise<number[]> {
  const bounds = [...new Set(tags)].sort((a, b) => a - b);
  // One pass over the queue, however many are new: bucket i holds the tags above bound i - 1, up to bound i.
  const { rows } = await transaction.execute<{ bucket: number; waiting: number }>(sql`
    select width_bucket(tag - 1, ${sql.param(bounds)}::int[]) as bucket, count(*)::int as waiting
    from ${generatedImages} where model = ${model} and status = 'queued' group by 1`);
  return tags.map((tag, index) => {
    const ahead = rows.filter(({ bucket }) => bucket <= bounds.indexOf(tag));
    const fellows = tags.filter((other, at) => other < tag || (other === tag && at < index)).length;
    return ahead.reduce((sum, { waiting }) => sum + waiting, 0) + fellows;
  });
}
