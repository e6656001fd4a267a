import { randomBytes, randomUUID } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { toCamel } from "../../../src/contracts/casing.ts";
import { EaselError } from "../../../src/contracts/errors.ts";
import { SEALED_TYPE } from "../../../src/contracts/sealed-picture.ts";
import type { ShareInput } from "../../../src/contracts/share.ts";
import type { Transaction } from "../../db/connect.ts";
import { orphanObjects, shares, uploads } from "../../db/schema.ts";
import { RESULT_MAX_BYTES } from "../../jobs/result-object.ts";
import type { Services } from "../../jobs/services.ts";
import { extensionOf } from "../../storage/object-store.ts";
import { assertQuota } from "../limits/quota.ts";
import { findOwn } from "../generated-images/resource.ts";
import { findOwnUpload, PUT_SECONDS } from "../uploads/kept-uploads.ts";
import { requirePrivateLinks } from "./private-links.ts";
import { requireSafe } from "./require-safe.ts";
import { stripMetadata } from "./strip-metadata.ts";

export type ShareRow = typeof shares.$inferSelect;

interface Source {
  objectKey: string;
  contentType: string;
  /** Null: it is sealed. */
  width: number | null;
  height: number | null;
  prompt: string | null;
  generatedImageId: string | null;
}

async function findSource(services: Services, ownerId: string, input: ShareInput): Promise<Source> {
  const { database } = services.connection;
  if (input.generatedImageId !== undefined) {
    const image = await findOwn(database, ownerId, input.generatedImageId);
    const { objectKey, width, height } = image;
    if (image.status !== "succeeded" || objectKey === null || width === null || height === null) {
      throw new EaselError(
        "not_ready",
        `Only a drawn picture can be shared; this one's status is ${image.status}.`,
      );
    }
    const { prompt } = toCamel(image.request);
    return { objectKey, contentType: "image/png", width, height, prompt, generatedImageId: image.id };
  }
  const upload = await findOwnUpload(database, ownerId, input.uploadId ?? "");
  const { objectKey, contentType, width, height } = upload;
  if (!upload.completed)
    throw new EaselError("not_ready", "The upload is not completed.", { path: "upload_id" });
  if (upload.purpose === "private_share" && input.prompt !== undefined) {
    throw new EaselError(
      "invalid_request",
      "prompt: a private link's prompt is sealed with its picture, not sent.",
      { path: "prompt" },
    );
  }
  if (upload.purpose === "private_share") requirePrivateLinks(services);
  if (upload.purpose !== "share" && upload.purpose !== "private_share") {
    throw new EaselError(
      "invalid_request",
      `upload_id: it was uploaded as ${upload.purpose}, not to be shared.`,
      {
        path: "upload_id",
      },
    );
  }
  return { objectKey, contentType, width, height, prompt: input.prompt ?? null, generatedImageId: null };
}

/**
 * Makes a link. The share gets its own copy of the picture: without the request inside when the prompt is hidden,
 * and gone at once when the link is revoked. An upload is good for one link, and goes with its making: it took the
 * owner's room already.
 *
 * @param signal aborts when whoever asked has gone
 * @throws EaselError not_found, not_ready, invalid_request, quota_exceeded; forbidden where private links are; as
 *   {@link requireSafe}
 */
export async function createShare(
  services: Services,
  ownerId: string,
  input: ShareInput,
  signal: AbortSignal,
): Promise<ShareRow> {
  const source = await findSource(services, ownerId, input);
  const bytes = await services.store.read(source.objectKey, RESULT_MAX_BYTES);
  if (bytes === undefined)
    throw new EaselError("not_found", "The picture is not in the object store any more.");
  const uploadId = input.generatedImageId === undefined ? input.uploadId : undefined;
  if (uploadId === undefined) await assertQuota(services, ownerId, bytes.byteLength);
  const sealed = source.contentType === SEALED_TYPE;
  if (!sealed) await requireSafe(services, ownerId, { bytes, contentType: source.contentType }, signal);
  const showPrompt = input.showPrompt ?? true;

  const id = randomUUID();
  const objectKey = `shares/${id}/picture.${extensionOf(source.contentType)}`;
  const { database } = services.connection;
  await database.insert(orphanObjects).values({ objectKey, notBefore: sql`now() + interval '1 hour'` });
  const copy = showPrompt || sealed ? bytes : stripMetadata(bytes, source.contentType);
  await services.store.put(objectKey, copy, source.contentType);

  return database.transaction(async (tx) => {
    if (uploadId !== undefined) await useUp(tx, ownerId, uploadId);
    const [row] = await tx
      .insert(shares)
      .values({
        id,
        // 168 random bits.
        slug: randomBytes(21).toString("base64url"),
        ownerId,
        generatedImageId: source.generatedImageId,
        prompt: showPrompt ? source.prompt : null,
        objectKey,
        contentType: source.contentType,
        bytes: copy.byteLength,
        width: source.width,
        height: source.height,
        expiresAt: input.expiresIn === undefined ? null : new Date(Date.now() + input.expiresIn * 1000),
      })
      .returning();
    if (row === undefined) throw new Error("The share's row was not written.");
    await tx.delete(orphanObjects).where(sql`${orphanObjects.objectKey} = ${objectKey}`);
    return row;
  });
}

/** Removes an upload whose link has its own copy. Its URL lives on, so its object is swept after that. */
async function useUp(tx: Transaction, ownerId: string, id: string): Promise<void> {
  const [used] = await tx
    .delete(uploads)
    .where(and(eq(uploads.id, id), eq(uploads.ownerId, ownerId)))
    .returning({ objectKey: uploads.objectKey });
  if (used === undefined) throw new EaselError("not_found", "You have no upload with this id.");
  const notBefore = sql`now() + ${PUT_SECONDS} * interval '1 second'`;
  await tx.insert(orphanObjects).values({ objectKey: used.objectKey, notBefore });
}
