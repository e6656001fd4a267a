import { desc, eq, gt, sql } from "drizzle-orm";
import { OVERVIEW_MOST, type OverviewWire } from "../../../src/contracts/administration.ts";
import type { Database } from "../../db/connect.ts";
import { documents, generatedImages, orphanObjects, shares, uploads, workers } from "../../db/schema.ts";
import { WORKER_LIVE_SECONDS } from "../../jobs/queue-position.ts";
import { documentOf } from "../documents/resource.ts";
import type { Services } from "../../jobs/services.ts";

/** How the instance stands, by the database's clock. */
export async function overview({ connection, queue }: Services): Promise<OverviewWire> {
  const { database } = connection;
  return {
    queues: await queues(database),
    workers: await knownWorkers(database),
    failed: await failedPictures(
      database,
      new Set((await queue.deadLetters()).map(({ imageId }) => imageId)),
    ),
    documents: await newestDocuments(database),
    cache: { pictures: await cachedPictures(database) },
    storage: await storageUsed(database),
  };
}

async function queues(database: Database): Promise<OverviewWire["queues"]> {
  const { rows } = await database.execute<OverviewWire["queues"][number]>(sql`
    select model,
      (count(*) filter (where status = 'queued'))::int as waiting,
      (count(*) filter (where status = 'running'))::int as running,
      extract(epoch from now() - min(created_at) filter (where status = 'queued'))::float8 as oldest_seconds
    from ${generatedImages} where status in ('queued', 'running') group by model order by model`);
  return rows;
}

async function knownWorkers(database: Database): Promise<OverviewWire["workers"]> {
  const rows = await database
    .select({
      worker: workers,
      live: sql<boolean>`${workers.lastSeenAt} > now() - ${WORKER_LIVE_SECONDS} * interval '1 second'`,
      running: sql<number>`(select count(*)::int from ${generatedImages}
        where status = 'running' and worker_id = workers.id)`,
    })
    .from(workers)
    .where(gt(workers.lastSeenAt, sql`now() - interval '1 day'`))
    .orderBy(desc(workers.lastSeenAt))
    .limit(OVERVIEW_MOST);
  return rows.map(({ worker, live, running }) => ({
    id: worker.id,
    name: worker.name,
    version: worker.version,
    provider: worker.provider,
    models: worker.models.map(({ id }) => id),
    last_seen_at: worker.lastSeenAt.toISOString(),
    live,
    running,
  }));
}

async function failedPictures(
  database: Database,
  deadLetters: ReadonlySet<string>,
): Promise<OverviewWire["failed"]> {
  const rows = await database
    .select()
    .from(generatedImages)
    .where(eq(generatedImages.status, "failed"))
    .orderBy(desc(generatedImages.finishedAt))
    .limit(OVERVIEW_MOST);
  return rows.map((row) => ({
    id: row.id,
    model: row.model,
    code: row.error?.code ?? "internal",
    message: row.error?.message ?? "",
    attempts: row.attempt,
    finished_at: (row.finishedAt ?? row.createdAt).toISOString(),
    redrivable: deadLetters.has(row.id),
  }));
}

async function newestDocuments(database: Database): Promise<OverviewWire["documents"]> {
  const rows = await database
    .select()
    .from(documents)
    .orderBy(desc(documents.createdAt))
    .limit(OVERVIEW_MOST);
  return rows
    .map(documentOf)
    .map(({ id, content_type, bytes, status, progress, page_count, error, created_at }) => ({
      ...{ id, content_type, bytes, status },
      ...{ progress, page_count, error, created_at },
    }));
}

async function cachedPictures(database: Database): Promise<number> {
  const { rows } = await database.execute<{ pictures: number }>(sql`
    select count(distinct cache_key)::int as pictures from ${generatedImages}
    where cache_key is not null and status = 'succeeded'`);
  return rows[0]?.pictures ?? 0;
}

/** An object that several pictures point to is there once. */
async function storageUsed(database: Database): Promise<OverviewWire["storage"]> {
  const { rows } = await database.execute<{ what: string; objects: number; bytes: number }>(sql`
    select 'pictures' as what, count(*)::int as objects, coalesce(sum(bytes), 0)::float8 as bytes from (
      select max(object_bytes) as bytes from ${generatedImages} where object_key is not null group by object_key
    ) as pictures
    union all select 'uploads', count(*)::int, coalesce(sum(bytes), 0)::float8 from ${uploads} where completed
    union all select 'documents', count(*)::int, coalesce(sum(bytes), 0)::float8 from ${documents}
    union all select 'shares', count(*)::int, coalesce(sum(bytes), 0)::float8 from ${shares}
    union all select 'undeleted', count(*)::int, 0 from ${orphanObjects} where tries > 0`);
  const of = (what: string) => {
    const { objects = 0, bytes = 0 } = rows.find((row) => row.what === what) ?? {};
    return { objects, bytes };
  };
  return {
    pictures: of("pictures"),
    uploads: of("uploads"),
    documents: of("documents"),
    shares: of("shares"),
    undeleted: { objects: of("undeleted").objects },
  };
}
