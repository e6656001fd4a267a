import { and, eq } from "drizzle-orm";
import { EaselError } from "../../../src/contracts/errors.ts";
import { shares } from "../../db/schema.ts";
import { noteOrphan, removeObjects } from "../../jobs/orphans.ts";
import type { Services } from "../../jobs/services.ts";

/**
 * Ends a link and removes its picture. Where the store is away the link is dead all the same, and the picture deleted when
 * it is back; what was handed out for it lives less than a minute by itself.
 *
 * @param ownerId whose link it must be; undefined: anybody's, for who runs the server
 * @throws EaselError not_found
 */
export async function revokeShare(
  services: Services,
  id: string,
  ownerId: string | undefined,
): Promise<void> {
  const owned = ownerId === undefined ? undefined : eq(shares.ownerId, ownerId);
  const keys = await services.connection.database.transaction(async (tx) => {
    const gone = await tx
      .delete(shares)
      .where(and(eq(shares.id, id), owned))
      .returning({ key: shares.objectKey });
    for (const { key } of gone) await noteOrphan(tx, key);
    return gone.map(({ key }) => key);
  });
  if (keys.length === 0) {
    throw new EaselError(
      "not_found",
      ownerId === undefined ? "There is no link with this id." : "You have no link with this id.",
    );
  }
  await removeObjects(services, keys);
}
