import { randomUUID } from "node:crypto";
import { asc, inArray, sql } from "drizzle-orm";
import type { RequestWire } from "../../src/contracts/request.ts";
import type { Transaction } from "../db/connect.ts";
import { generatedImages, owners, queueClock } from "../db/schema.ts";
import type { DrawQueue } from "./draw-queue.ts";
import { recordEvents } from "./events.ts";
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

  knows(ownerId: string): boolean {
    return this.#last.has(ownerId);
  }

  next(ownerId: string): number {
    const tag = Math.max(this.#last.get(ownerId) ?? 0, this.#started) + 1;
    this.#last.set(ownerId, tag);
    this.#given.set(ownerId, tag);
    return tag;
  }

  async save(transaction: Transaction): Promise<void> {
    const [ids, tags] = [[...this.#given.keys()], [...this.#given.values()]];
    if (ids.length === 0) return;
    await transaction.execute(sql`
      update ${owners} set last_tag = given.tag
      from unnest(${sql.param(ids)}::uuid[], ${sql.param(tags)}::int[]) as given (id, tag)
      where ${owners.id} = given.id`);
  }
}

/** Writes the pictures' rows, their jobs and their first events; answers what was written, in the pictures' order. */
export async function submit(
  transaction: Transaction,
  queue: DrawQueue,
  pictures: readonly (NewPicture & { tag: number })[],
): Promise<ShownPicture[]> {
  if (pictures.length === 0) return [];
  // Whole milliseconds, as the list's cursor tells them.
  const createdAt = new Date();
  const values = pictures.map(({ ownerId, address, request, cacheKey, tag }) => ({
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
  }));
  for (const model of new Set(values.map((value) => value.model))) {
    const jobs = values.filter((value) => value.model === model);
    await queue.enqueue(
      transaction,
      model,
      jobs.map(({ jobId, id, tag }) => ({ jobId, imageId: id, tag })),
    );
  }
  await transaction.insert(generatedImages).values(values);
  await recordEvents(
    transaction,
    values.map(({ id }) => ({ imageId: id, event: WAITING_EVENT })),
  );
  return values.map((value) => ({ ...value, progress: 0, error: null, modelDigest: null, provider: null }));
}
