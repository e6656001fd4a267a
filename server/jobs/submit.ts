import { randomUUID } from "node:crypto";
import { asc, inArray, sql, type SQL } from "drizzle-orm";
import type { RequestWire } from "../../src/contracts/request.ts";
import type { Transaction } from "../db/connect.ts";
import { generatedImages, owners, queueClock } from "../db/schema.ts";
import { notTaken, type DrawQueue } from "./draw-queue.ts";
import { recordingOf } from "./events.ts";
import type { Notifier } from "./notify.ts";
import { WAITING_EVENT } from "./waiting-event.ts";

export type GeneratedImageRow = typeof generatedImages.$inferSelect;

/** What a picture's owner is told of it. */
export type ShownPicture = Pick<
  GeneratedImageRow,
  "id" | "status" | "request" | "progress" | "error" | "modelDigest" | "provider" | "createdAt"
>;

/** A picture to be drawn. */
export interface NewPicture {
  ownerId: string;
  address: string;
  request: RequestWire;
  cacheKey: string | undefined;
}

/**
 * Start-time fair queueing (Goyal, Vin, Cheng 1996): a job's tag is the later of the tag started last and its
 * owner's last one, plus its cost; every picture costs one. An owner with many waiting jobs thus alternates with
 * the others.
 */
export class FairTags {
  readonly #last: Map<string, number>;
  readonly #started: number;
  readonly #given = new Map<string, number>();

  constructor(lastOfOwners: ReadonlyMap<string, number>, lastStarted: number) {
    this.#last = new Map(lastOfOwners);
    this.#started = lastStarted;
  }

  /**
   * Locks the owners' rows until the transaction ends, always in one order: it orders their posts, so that no limit
   * can be passed by posting twice at once. An owner that does not exist any more is not known.
   */
  static async lock(transaction: Transaction, ownerIds: readonly string[]): Promise<FairTags> {
    const rows = await transaction
      .select({
        id: owners.id,
        lastTag: owners.lastTag,
        started: sql<number>`coalesce((select ${queueClock.tag} from ${queueClock} where ${queueClock.id} = 1), 0)`,
      })
      .from(owners)
      .where(inArray(owners.id, [...new Set(ownerIds)]))
      .orderBy(asc(owners.id))
      .for("no key update");
    return new FairTags(new Map(rows.map(({ id, lastTag }) => [id, lastTag])), rows[0]?.started ?? 0);
  }

  /** The tags that these owners' next pictures may get, in whatever order they come. */
  candidates(ownerIds: readonly string[]): number[] {
    const count = new Map<string, number>();
    for (const id of ownerIds) count.set(id, (count.get(id) ?? 0) + 1);
    return [...count].flatMap(([id, pictures]) => {
      const first = this.#after(id);
      return Array.from({ length: this.knows(id) ? pictures : 0 }, (_, index) => first + index);
    });
  }

  knows(ownerId: string): boolean {
    return this.#last.has(ownerId);
  }

  next(ownerId: string): number {
    const tag = this.#after(ownerId);
    this.#last.set(ownerId, tag);
    this.#given.set(ownerId, tag);
    return tag;
  }

  #after(ownerId: string): number {
    return Math.max(this.#last.get(ownerId) ?? 0, this.#started) + 1;
  }

  /** As part of a statement: keeps the tags given. */
  saving(): SQL {
    const [ids, tags] = [[...this.#given.keys()], [...this.#given.values()]];
    return sql`update ${owners} set last_tag = given.tag
      from unnest(${sql.param(ids)}::uuid[], ${sql.param(tags)}::int[]) as given (id, tag)
      where ${owners.id} = given.id`;
  }
}

/** A picture's row before it is written. */
type NewRow = ReturnType<typeof newRow>;

function newRow({ ownerId, address, request, cacheKey, tag }: NewPicture & { tag: number }, createdAt: Date) {
  return {
    id: randomUUID(),
    jobId: randomUUID(),
    ownerId,
    address,
    status: "queued" as const,
    request,
    model: request.model,
    tag,
    cacheKey: cacheKey ?? null,
    createdAt,
  };
}

/** The new pictures' rows, in their order: {@link write} writes them. */
export function newRows(pictures: readonly (NewPicture & { tag: number })[]): NewRow[] {
  // Whole milliseconds, as the list's cursor tells them.
  const createdAt = new Date();
  return pictures.map((picture) => newRow(picture, createdAt));
}

export function shown(row: NewRow): ShownPicture {
  return { ...row, progress: 0, error: null, modelDigest: null, provider: null };
}

/** Writes, in one statement, the pictures' rows, their jobs, their first events and the tags given, and announces them. */
export async function write(
  transaction: Transaction,
  { queue, notifier }: { queue: DrawQueue; notifier: Notifier },
  rows: readonly NewRow[],
  tags: FairTags,
): Promise<void> {
  const byModel = new Map<string, NewRow[]>();
  for (const row of rows) byModel.set(row.model, [...(byModel.get(row.model) ?? []), row]);
  const queues = await Promise.all(
    [...byModel].map(async ([model, own], index) => {
      const jobs = own.map(({ jobId, id, tag }) => ({ jobId, imageId: id, tag }));
      return { name: sql.identifier(`jobs_${index}`), statement: await queue.enqueueing(model, jobs) };
    }),
  );
  const news = [...byModel].map(([model, own]) => notifier.announcement({ jobs: own.length, model }));
  const {
    rows: [told],
  } = await transaction.execute<{ taken: number }>(sql`
    with fresh as materialized (
      select * from json_to_recordset(${JSON.stringify(rows)}::json) as fresh (
        id uuid, "jobId" uuid, "ownerId" uuid, address text, status text, request jsonb, model text, tag int,
        "cacheKey" text, "createdAt" timestamptz)
    ), pictures as (
      insert into ${generatedImages}
        (id, job_id, owner_id, address, status, request, model, tag, cache_key, created_at)
      select id, "jobId", "ownerId", address, status, request, model, tag, "cacheKey", "createdAt" from fresh
    ), recorded as (${recordingOf(WAITING_EVENT, sql`fresh`)}), tagged as (${tags.saving()}),
    ${list(queues.map(({ name, statement }) => sql`${name} as (${statement})`))}
    select (${list(
      queues.map(({ name }) => sql`(select count(*) from ${name})`),
      sql` + `,
    )})::int as taken, ${list(news)}`);
  if (told?.taken !== rows.length) throw notTaken(told?.taken ?? 0, rows.length);
}

function list(parts: SQL[], between: SQL = sql`, `): SQL {
  return sql.join(parts, between);
}
