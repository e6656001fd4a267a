import { eq } from "drizzle-orm";
import { documents, seeingJobs } from "../../db/schema.ts";
import { noteOrphan, removeObjects } from "../orphans.ts";
import type { Services } from "../services.ts";
import type { DocumentRow } from "./keep.ts";

/** Deletes a document, its pages and its file, and calls off what is still to be looked at. */
export async function forgetDocument(
  services: Services,
  { id, objectKey }: Pick<DocumentRow, "id" | "objectKey">,
): Promise<void> {
  await services.connection.database.transaction(async (tx) => {
    await tx.delete(seeingJobs).where(eq(seeingJobs.id, id));
    await tx.delete(documents).where(eq(documents.id, id));
    await noteOrphan(tx, objectKey);
  });
  await removeObjects(services, [objectKey]);
}
