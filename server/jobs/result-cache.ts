import { createHash, randomUUID } from "node:crypto";
import { and, count, eq, isNotNull, sql } from "drizzle-orm";
import type { RequestWire } from "../../src/contracts/request.ts";
import type { Database, Transaction } from "../db/connect.ts";
import { generatedImages } from "../db/schema.ts";
import { lastEvent, recordEvent } from "./events.ts";
import type { GeneratedImageRow } from "./submit.ts";

/**
 * What two requests share that draw the same picture: every field but the batch they belong to, and the model's very
 * files. Undefined for a request with input pictures: those are known by their uploads' ids, which differ.
 */
export function cacheKey(request: RequestWire, modelDigest: string): string | undefined {
  if (request.init_image !== undefined || request.mask_image !== undefined) return undefined;
  const fields = Object.entries({ ...request, batch_id: undefined })
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([modelDigest, fields]))
    .digest("hex");
}

/**
 * Answers a request with a picture that is there already, whoever asked for it: a row of its own that points to the
 * same object. The source's row is locked, so that it can't be removed with its object meanwhile.
 */
export async function answerFromCache(
  transaction: Transaction,
  asked: { ownerId: string; request: RequestWire; key: string; modelDigest: string },
): Promise<GeneratedImageRow | undefined> {
  const { ownerId, request, key, modelDigest } = asked;
  const [source] = await transaction
    .select()
    .from(generatedImages)
    .where(
      and(
        eq(generatedImages.cacheKey, key),
        eq(generatedImages.status, "succeeded"),
        eq(generatedImages.modelDigest, modelDigest),
        isNotNull(generatedImages.objectKey),
      ),
    )
    .limit(1)
    .for("share");
  const told = source && (await lastEvent(transaction, source.id))?.event;
  if (source === undefined || told?.type !== "succeeded") return undefined;
  const [row] = await transaction
    .insert(generatedImages)
    .values({
      id: randomUUID(),
      ownerId,
      status: "succeeded",
      request,
      model: source.model,
      progress: 100,
      tag: source.tag,
      // No job: nothing is drawn, and nothing is timed.
      jobId: randomUUID(),
      objectKey: source.objectKey,
      objectBytes: source.objectBytes,
      objectSha256: source.objectSha256,
      width: source.width,
      height: source.height,
      modelDigest,
      cacheKey: key,
      provider: source.provider,
      createdAt: new Date(),
      finishedAt: sql`now()`,
    })
    .returning();
  if (row === undefined) throw new Error("The picture's row was not written.");
  await recordEvent(transaction, row.id, told);
  return row;
}

/**
 * Whether a row, about to go, is the last that points to its object. Removals of one object's rows come one after
 * another here, so that two of them can't each take the other for what is left.
 */
export async function isLastReference(
  transaction: Transaction,
  row: { id: string; objectKey: string },
): Promise<boolean> {
  await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${row.objectKey}, 0))`);
  const [others] = await transaction
    .select({ count: count() })
    .from(generatedImages)
    .where(and(eq(generatedImages.objectKey, row.objectKey), sql`${generatedImages.id} <> ${row.id}`));
  return others?.count === 0;
}

/** From now on nothing drawn so far answers a request; the pictures stay with their owners. Answers how many. */
export async function forgetCache(database: Database): Promise<number> {
  const forgotten = await database
    .update(generatedImages)
    .set({ cacheKey: null })
    .where(isNotNull(generatedImages.cacheKey))
    .returning({ id: generatedImages.id });
  return forgotten.length;
}
