import { and, count, eq, gt, lt, or, sql, type SQL } from "drizzle-orm";
import type { Database } from "../db/connect.ts";
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

/** As the database answers it. */
export interface ReadRate {
  mean: number | null;
  running: number[] | null;
  hands: number;
}

/** A {@link ReadRate} as JSON inside a statement, by the database's clock alone. */
export function readingRate(model: SQL): SQL {
  return sql`json_build_object(
    'mean', (select avg(seconds)::float8 from (
      select extract(epoch from finished_at - started_at) as seconds from ${generatedImages}
      where model = ${model} and status = 'succeeded' and started_at is not null
      order by finished_at desc limit ${RECENT}
    ) as recent),
    'hands', (select count(*)::int from ${workers}
      where ${gt(workers.lastSeenAt, sql`now() - ${WORKER_LIVE_SECONDS} * interval '1 second'`)}
      and ${workers.models} @> jsonb_build_array(jsonb_build_object('id', ${model}))),
    'running', (select json_agg(extract(epoch from now() - started_at)::float8) from ${generatedImages}
      where model = ${model} and status = 'running'))`;
}

export function drawingRate({ mean, hands, running }: ReadRate): DrawingRate {
  return { secondsEach: mean ?? undefined, hands, running: running ?? [] };
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
  const [found] = await database
    .select({ ahead: count(), rate: sql<ReadRate>`${readingRate(sql`${row.model}::text`)}` })
    .from(generatedImages)
    .where(and(eq(generatedImages.model, row.model), eq(generatedImages.status, "queued"), earlier));
  if (found === undefined) throw new Error("A count was not answered.");
  return { position: found.ahead, etaSeconds: etaSeconds(found.ahead, drawingRate(found.rate)) };
}
