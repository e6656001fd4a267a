import { sql } from "drizzle-orm";
import type { Transaction } from "../db/connect.ts";
import { generatedImages } from "../db/schema.ts";
import { drawingRate, readingRate, type DrawingRate, type ReadRate } from "./queue-position.ts";

/** What is to be known of the queue before new pictures join it. */
export interface Survey {
  /** Waiting pictures of the owners and addresses asked about, and in all. */
  ofOwners: ReadonlyMap<string, number>;
  ofAddresses: ReadonlyMap<string, number>;
  inAll: number;
  /** Waiting pictures of a model that have a tag or a smaller one: one of the tags and models asked about. */
  upTo: (model: string, tag: number) => number;
  rateOf: (model: string) => DrawingRate;
}

/** One statement, and one pass over the queue, however many pictures are new. */
export async function surveyQueue(
  transaction: Transaction,
  about: {
    owners: readonly string[];
    addresses: readonly string[];
    models: readonly string[];
    tags: readonly number[];
  },
): Promise<Survey> {
  const bounds = [...new Set(about.tags)].sort((a, b) => a - b);
  const waiting = sql`from ${generatedImages} where status = 'queued'`;
  // Bucket i holds the tags above bound i - 1, up to bound i.
  const { rows } = await transaction.execute<{
    queue: { model: string; bucket: number; waiting: number }[];
    owners: Record<string, number>;
    addresses: Record<string, number>;
    rates: Record<string, ReadRate>;
  }>(sql`
    select
      (select coalesce(json_agg(counted), '[]') from (
        select model, width_bucket(tag - 1, ${sql.param(bounds)}::int[]) as bucket, count(*)::int as waiting
        ${waiting} group by 1, 2) as counted) as queue,
      (select coalesce(json_object_agg(owner_id, waiting), '{}') from (
        select owner_id, count(*)::int as waiting
        ${waiting} and owner_id = any(${sql.param(about.owners)}::uuid[]) group by 1) as counted) as owners,
      (select coalesce(json_object_agg(address, waiting), '{}') from (
        select address, count(*)::int as waiting
        ${waiting} and address = any(${sql.param(about.addresses)}::text[]) group by 1) as counted) as addresses,
      (select json_object_agg(asked.model, ${readingRate(sql`asked.model`)})
        from unnest(${sql.param(about.models)}::text[]) as asked (model)) as rates`);
  const [found] = rows;
  if (found === undefined) throw new Error("The queue's survey was not answered.");
  const sum = (counted: readonly { waiting: number }[]) =>
    counted.reduce((before, { waiting: more }) => before + more, 0);
  return {
    ofOwners: new Map(Object.entries(found.owners)),
    ofAddresses: new Map(Object.entries(found.addresses)),
    inAll: sum(found.queue),
    upTo: (model, tag) =>
      sum(found.queue.filter((part) => part.model === model && part.bucket <= bounds.indexOf(tag))),
    rateOf: (model) => drawingRate(found.rates[model] ?? { mean: null, running: null, hands: 0 }),
  };
}
