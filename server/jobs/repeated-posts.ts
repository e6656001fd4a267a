import { inArray, sql } from "drizzle-orm";
import type { Transaction } from "../db/connect.ts";
import { idempotencyKeys } from "../db/schema.ts";

/** A post that may be a repetition: its owner's key, and the hash of its body. */
export interface KeyedPost {
  ownerId: string;
  key: string;
  bodyHash: string;
}

/** What an owner's key stands for already. */
export interface KeptReply {
  bodyHash: string;
  reply: unknown;
}

export const nameOf = ({ ownerId, key }: Pick<KeyedPost, "ownerId" | "key">): string => `${ownerId} ${key}`;

/** The replies that these posts' keys stand for, by `nameOf`. The owners are locked: no key of theirs comes meanwhile. */
export async function keptReplies(
  transaction: Transaction,
  posts: readonly KeyedPost[],
): Promise<Map<string, KeptReply>> {
  if (posts.length === 0) return new Map();
  const pairs = posts.map(({ ownerId, key }) => sql`(${ownerId}::uuid, ${key})`);
  const rows = await transaction
    .select()
    .from(idempotencyKeys)
    .where(inArray(sql`(${idempotencyKeys.ownerId}, ${idempotencyKeys.key})`, pairs));
  return new Map(rows.map((row) => [nameOf(row), row]));
}

/** From now on, for 24 hours, a repetition gets the same reply. */
export async function keepReplies(
  transaction: Transaction,
  posts: readonly (KeyedPost & { reply: unknown })[],
): Promise<void> {
  if (posts.length > 0) await transaction.insert(idempotencyKeys).values([...posts]);
}
