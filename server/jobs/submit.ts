import { randomUUID } from "node:crypto";
import { and, count, eq, sql } from "drizzle-orm";
import { EaselError } from "../../src/contracts/errors.ts";
import type { RequestWire } from "../../src/contracts/request.ts";
import type { Transaction } from "../db/connect.ts";
import { generatedImages, owners, queueClock } from "../db/schema.ts";
import { WAITING_EVENT } from "./waiting-event.ts";
import type { DrawQueue } from "./draw-queue.ts";
import { recordEvent } from "./events.ts";

export type GeneratedImageRow = typeof generatedImages.$inferSelect;

export interface QueueLimits {
  perOwner: number;
  inAll: number;
  /** 0: any number. */
  perAddress: number;
}

/**
 * Writes a picture's row and its job in one transaction. The owner's row is locked first: it orders this owner's
 * posts, so that the limit can't be passed by posting twice at once.
 *
 * @throws EaselError queue_full
 */
export async function submit(
  transaction: Transaction,
  queue: DrawQueue,
  limits: QueueLimits,
  submission: { ownerId: string; address: string; request: RequestWire; cacheKey?: string },
): Promise<GeneratedImageRow> {
  const { ownerId, address, request } = submission;
  const tag = await nextTag(transaction, ownerId);
  await assertRoom(transaction, limits, ownerId);
  await assertRoomOfAddress(transaction, limits.perAddress, address);
  const id = randomUUID();
  const jobId = await queue.enqueue(transaction, { model: request.model, imageId: id, tag });
  const [row] = await transaction
    .insert(generatedImages)
    // Whole milliseconds, as the list's cursor tells them.
    .values({
      id,
      ownerId,
      address,
      status: "queued",
      request,
      model: request.model,
      tag,
      jobId,
      cacheKey: submission.cacheKey ?? null,
      createdAt: new Date(),
    })
    .returning();
  if (row === undefined) throw new Error("The picture's row was not written.");
  await recordEvent(transaction, id, WAITING_EVENT);
  return row;
}

/**
 * Start-time fair queueing (Goyal, Vin, Cheng 1996): a job's tag is the later of the tag started last and its
 * owner's last one, plus its cost; every picture costs one. An owner with many waiting jobs thus alternates with
 * the others.
 */
async function nextTag(transaction: Transaction, ownerId: string): Promise<number> {
  const started = sql`coalesce((select ${queueClock.tag} from ${queueClock} where ${queueClock.id} = 1), 0)`;
  const [owner] = await transaction
    .update(owners)
    .set({ lastTag: sql`greatest(${owners.lastTag}, ${started}) + 1` })
    .where(eq(owners.id, ownerId))
    .returning({ tag: owners.lastTag });
  if (owner === undefined) throw new EaselError("unauthorized", "This owner does not exist any more.");
  return owner.tag;
}

async function assertRoom(transaction: Transaction, limits: QueueLimits, ownerId: string): Promise<void> {
  const waiting = eq(generatedImages.status, "queued");
  const [own] = await transaction
    .select({ count: count() })
    .from(generatedImages)
    .where(and(waiting, eq(generatedImages.ownerId, ownerId)));
  if ((own?.count ?? 0) >= limits.perOwner) {
    throw new EaselError("queue_full", `You already have ${limits.perOwner} pictures waiting.`, {
      hint: "Wait until some are drawn, or cancel some.",
    });
  }
  const [all] = await transaction.select({ count: count() }).from(generatedImages).where(waiting);
  if ((all?.count ?? 0) >= limits.inAll) {
    throw new EaselError("queue_full", "The server has as many waiting pictures as it takes.", {
      hint: "Try again in a few minutes, or draw on this device.",
    });
  }
}

/** One address may be many owners: each of its posts waits for the one before, so that the limit holds. */
async function assertRoomOfAddress(transaction: Transaction, most: number, address: string): Promise<void> {
  if (most === 0) return;
  await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${address}, 0))`);
  const [own] = await transaction
    .select({ count: count() })
    .from(generatedImages)
    .where(and(eq(generatedImages.status, "queued"), eq(generatedImages.address, address)));
  if ((own?.count ?? 0) < most) return;
  throw new EaselError("queue_full", `${most} pictures from this network address are waiting already.`, {
    hint: "Wait until some are drawn, or draw on this device.",
  });
}
