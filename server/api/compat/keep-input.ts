import { createHash, randomUUID } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { EaselError } from "../../../src/contracts/errors.ts";
import { UPLOAD_MAX_BYTES } from "../../../src/contracts/upload.ts";
import { orphanObjects, uploads } from "../../db/schema.ts";
import type { Services } from "../../jobs/services.ts";
import { extensionOf } from "../../storage/object-store.ts";
import { assertQuota } from "../limits/quota.ts";
import { readImageHeader } from "../uploads/image-header.ts";

/**
 * A picture that came inside a foreign client's request becomes an upload of its owner's, as our own API has it: the
 * worker reads it from the store.
 *
 * @returns the upload's id
 * @throws EaselError payload_too_large, unsupported_media, quota_exceeded
 */
export async function keepInput(
  services: Services,
  ownerId: string,
  purpose: "init_image" | "mask_image",
  bytes: Uint8Array,
): Promise<string> {
  if (bytes.byteLength > UPLOAD_MAX_BYTES) {
    throw new EaselError(
      "payload_too_large",
      `A picture to draw from has at most ${UPLOAD_MAX_BYTES} bytes.`,
    );
  }
  const { contentType, width, height } = readImageHeader(bytes);
  await assertQuota(services, ownerId, bytes.byteLength);
  const id = randomUUID();
  const objectKey = `uploads/${id}/picture.${extensionOf(contentType)}`;
  const { database } = services.connection;
  await database.insert(orphanObjects).values({ objectKey, notBefore: sql`now() + interval '1 hour'` });
  await services.store.put(objectKey, bytes, contentType);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const about = { id, ownerId, purpose, contentType, objectKey, sha256, width, height };
  await database.transaction(async (tx) => {
    await tx.insert(uploads).values({ ...about, bytes: bytes.byteLength, completed: true });
    await tx.delete(orphanObjects).where(eq(orphanObjects.objectKey, objectKey));
  });
  return id;
}
