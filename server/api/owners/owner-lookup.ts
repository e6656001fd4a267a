import { sql } from "drizzle-orm";
import type { Connection } from "../../db/connect.ts";
import { fixed } from "../../db/fixed-statement.ts";
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
  run,
}: Pick<Connection, "run">): (tokenHash: string) => Promise<KnownOwner | undefined> {
  type Row = KnownOwner & { tokenHash: string };
  const what = sql`${owners.id}, ${owners.accessName} as "accessName", ${owners.revokedAt} as "revokedAt"`;
  const ofFirstDevices = fixed(sql`
    select ${what}, ${owners.tokenHash} as "tokenHash" from ${owners}
    where ${owners.tokenHash} = any(${sql.placeholder("hashes")}::text[])`);
  const ofFurtherDevices = fixed(sql`
    select ${what}, ${ownerTokens.tokenHash} as "tokenHash" from ${ownerTokens}
    join ${owners} on ${owners.id} = ${ownerTokens.ownerId}
    where ${ownerTokens.tokenHash} = any(${sql.placeholder("hashes")}::text[])`);
  return inBatches(MOST_TOGETHER, async (asked) => {
    const hashes = [...new Set(asked)];
    const byHash = new Map((await run<Row>(ofFirstDevices, { hashes })).map((row) => [row.tokenHash, row]));
    const unknown = hashes.filter((hash) => !byHash.has(hash));
    if (unknown.length > 0)
      for (const row of await run<Row>(ofFurtherDevices, { hashes: unknown })) byHash.set(row.tokenHash, row);
    return asked.map((hash) => ({ status: "fulfilled", value: byHash.get(hash) }));
  });
}
