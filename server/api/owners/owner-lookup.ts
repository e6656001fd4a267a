import { eq, inArray } from "drizzle-orm";
import type { Connection } from "../../db/connect.ts";
import { owners, ownerTokens } from "../../db/schema.ts";
import { inBatches } from "../../jobs/in-batches.ts";

const MOST_TOGETHER = 64;

/** Whom a token's hash stands for. */
export interface KnownOwner {
  id: string;
  accessName: string | null;
  revokedAt: Date | null;
}

/** Looks owners up by their tokens' hashes; every request does, so those that come at once share a statement. */
export function ownerLookup({
  database,
}: Pick<Connection, "database">): (tokenHash: string) => Promise<KnownOwner | undefined> {
  const ofFurtherDevices = (hashes: string[]) =>
    database
      .select({
        id: owners.id,
        accessName: owners.accessName,
        revokedAt: owners.revokedAt,
        tokenHash: ownerTokens.tokenHash,
      })
      .from(ownerTokens)
      .innerJoin(owners, eq(owners.id, ownerTokens.ownerId))
      .where(inArray(ownerTokens.tokenHash, hashes));
  return inBatches(MOST_TOGETHER, async (hashes) => {
    const rows = await database
      .select({
        id: owners.id,
        accessName: owners.accessName,
        revokedAt: owners.revokedAt,
        tokenHash: owners.tokenHash,
      })
      .from(owners)
      .where(inArray(owners.tokenHash, [...new Set(hashes)]));
    const byHash = new Map(rows.map((row) => [row.tokenHash, row]));
    const unknown = [...new Set(hashes)].filter((hash) => !byHash.has(hash));
    if (unknown.length > 0) for (const row of await ofFurtherDevices(unknown)) byHash.set(row.tokenHash, row);
    return hashes.map((hash) => ({ status: "fulfilled", value: byHash.get(hash) }));
  });
}
