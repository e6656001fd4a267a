import { randomUUID } from "node:crypto";
import { and, asc, eq, isNotNull, isNull, sql } from "drizzle-orm";
import type { AccessTokenCreatedWire, AccessTokenWire } from "../../../src/contracts/administration.ts";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { Database } from "../../db/connect.ts";
import { owners } from "../../db/schema.ts";
import { hashToken, newToken } from "../../secrets.ts";

const columns = {
  id: owners.id,
  name: owners.accessName,
  createdAt: owners.createdAt,
  revokedAt: owners.revokedAt,
};

function toWire(row: {
  id: string;
  name: string | null;
  createdAt: Date;
  revokedAt: Date | null;
}): AccessTokenWire {
  return {
    id: row.id,
    name: row.name ?? "",
    created_at: row.createdAt.toISOString(),
    revoked_at: row.revokedAt?.toISOString() ?? null,
  };
}

/** Makes an owner with an access token. @throws EaselError conflict where the name is in use */
export async function addAccessToken(database: Database, name: string): Promise<AccessTokenCreatedWire> {
  const token = newToken();
  const [made] = await database
    .insert(owners)
    .values({ id: randomUUID(), accessName: name, tokenHash: hashToken(token) })
    .onConflictDoNothing({ target: owners.accessName, where: sql`${owners.revokedAt} is null` })
    .returning(columns);
  if (made === undefined) {
    throw new EaselError("conflict", `There is a token for ${name} already.`, {
      hint: "Revoke it first, or choose another name.",
    });
  }
  return { ...toWire(made), token };
}

/** All of them, the revoked ones too, oldest first. */
export async function listAccessTokens(database: Database): Promise<AccessTokenWire[]> {
  const rows = await database
    .select(columns)
    .from(owners)
    .where(isNotNull(owners.accessName))
    .orderBy(asc(owners.createdAt));
  return rows.map(toWire);
}

/** From now on the token opens nothing; its owner's pictures stay. @throws EaselError not_found */
export async function revokeAccessToken(database: Database, id: string): Promise<void> {
  const revoked = await database
    .update(owners)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(owners.id, id), isNotNull(owners.accessName), isNull(owners.revokedAt)))
    .returning({ id: owners.id });
  if (revoked.length === 0)
    throw new EaselError("not_found", "There is no token with this id that is not revoked.");
}
