import { randomUUID } from "node:crypto";
import { and, count, eq, gt, like, not, sql } from "drizzle-orm";
import type { z } from "zod";
import { EaselError } from "../../../src/contracts/errors.ts";
import {
  LINK_MINUTES,
  MOST_DEVICES,
  type JoinInput,
  type ownerDeviceListSchema,
} from "../../../src/contracts/owner.ts";
import { ownerLinks, owners, ownerTokens } from "../../db/schema.ts";
import type { Services } from "../../jobs/services.ts";
import { hashToken, newToken } from "../../secrets.ts";

/** Stands where a first device's hash was: no hash of a token begins so. */
const REVOKED = "revoked:";

/** A code for one further device. It takes the place of an earlier one. */
export async function makeLink(
  { connection }: Services,
  ownerId: string,
): Promise<{ code: string; expiresAt: Date }> {
  const code = newToken();
  const terms = { codeHash: hashToken(code), expiresAt: sql`now() + ${LINK_MINUTES} * interval '1 minute'` };
  const [made] = await connection.database
    .insert(ownerLinks)
    .values({ ownerId, ...terms })
    .onConflictDoUpdate({ target: ownerLinks.ownerId, set: terms })
    .returning({ expiresAt: ownerLinks.expiresAt });
  if (made === undefined) throw new Error("The code was not written.");
  return { code, expiresAt: made.expiresAt };
}

/**
 * A token for the device that brings the code. Of two that come at once the database lets one delete the code's row.
 *
 * @throws EaselError not_found for a code that is unknown, used, replaced or too old; conflict
 */
export async function join({ connection }: Services, { code, name }: JoinInput): Promise<string> {
  const token = newToken();
  await connection.database.transaction(async (tx) => {
    const [link] = await tx
      .delete(ownerLinks)
      .where(and(eq(ownerLinks.codeHash, hashToken(code)), gt(ownerLinks.expiresAt, sql`now()`)))
      .returning({ ownerId: ownerLinks.ownerId });
    if (link === undefined) {
      throw new EaselError("not_found", "This code is used already, or its ten minutes are over.", {
        hint: "Show a new code on the other device.",
      });
    }
    const { ownerId } = link;
    const [known] = await tx
      .select({ devices: count() })
      .from(ownerTokens)
      .where(eq(ownerTokens.ownerId, ownerId));
    if ((known?.devices ?? 0) >= MOST_DEVICES) {
      throw new EaselError("conflict", `At most ${MOST_DEVICES} devices can be linked.`, {
        hint: "Remove one of them first.",
      });
    }
    await tx
      .insert(ownerTokens)
      .values({ id: randomUUID(), ownerId, tokenHash: hashToken(token), name: name ?? null });
  });
  return token;
}

/** @param token of the device that asks */
export async function listDevices(
  { connection }: Services,
  ownerId: string,
  token: string | undefined,
): Promise<z.infer<typeof ownerDeviceListSchema>> {
  const asking = token === undefined ? undefined : hashToken(token);
  const { database } = connection;
  // The first device's token is the owner's own; it goes by the owner's id.
  const first = await database
    .select()
    .from(owners)
    .where(and(eq(owners.id, ownerId), not(like(owners.tokenHash, `${REVOKED}%`))));
  const further = await database
    .select()
    .from(ownerTokens)
    .where(eq(ownerTokens.ownerId, ownerId))
    .orderBy(ownerTokens.createdAt, ownerTokens.id);
  const devices = [
    ...first.map((row) => ({ ...row, name: row.accessName, revocable: row.accessName === null })),
    ...further.map((row) => ({ ...row, revocable: true })),
  ];
  return {
    devices: devices.map(({ id, name, createdAt, tokenHash, revocable }) => ({
      id,
      name,
      created_at: createdAt.toISOString(),
      current: tokenHash === asking,
      revocable,
    })),
  };
}

/**
 * Takes a device's token back: its next request is a stranger's.
 *
 * @throws EaselError not_found, also for another owner's; forbidden for an access token
 */
export async function revokeDevice({ connection }: Services, ownerId: string, id: string): Promise<void> {
  const { database } = connection;
  if (id === ownerId) {
    const [first] = await database
      .update(owners)
      .set({ tokenHash: `${REVOKED}${randomUUID()}` })
      .where(and(eq(owners.id, ownerId), sql`${owners.accessName} is null`))
      .returning({ id: owners.id });
    if (first !== undefined) return;
    throw new EaselError("forbidden", "This token was given out by whoever runs the server.", {
      hint: "It is revoked by `easel token revoke`.",
    });
  }
  const [gone] = await database
    .delete(ownerTokens)
    .where(and(eq(ownerTokens.id, id), eq(ownerTokens.ownerId, ownerId)))
    .returning({ id: ownerTokens.id });
  if (gone === undefined) throw new EaselError("not_found", "You have no device with this id.");
}
