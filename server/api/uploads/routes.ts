import { createHash, randomUUID } from "node:crypto";
import { createRoute } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { EaselError } from "../../../src/contracts/errors.ts";
import { SEALED_TYPE } from "../../../src/contracts/sealed-picture.ts";
import {
  UPLOAD_CONTENT_TYPES,
  UPLOAD_MAX_BYTES,
  uploadCompletedSchema,
  uploadInputSchema,
  uploadSchema,
} from "../../../src/contracts/upload.ts";
import { orphanObjects, uploads } from "../../db/schema.ts";
import { extensionOf } from "../../storage/object-store.ts";
import { assertQuota } from "../limits/quota.ts";
import { publicOrigin } from "../request-origin.ts";
import { createRoutes, errorReplies, idParams, jsonBody, jsonReply } from "../routes.ts";
import { requirePrivateLinks } from "../shares/private-links.ts";
import { readImageHeader } from "./image-header.ts";
import { findOwnUpload, keepChecked, PUT_SECONDS, removeUpload, type UploadRow } from "./kept-uploads.ts";
import { assertSealed } from "./sealed-bytes.ts";

const pictureTypeSchema = z.enum(UPLOAD_CONTENT_TYPES);

const postRoute = createRoute({
  method: "post",
  path: "/api/uploads",
  summary: "Announce a picture and learn where to put its bytes",
  request: { body: jsonBody(uploadInputSchema) },
  responses: {
    201: jsonReply(uploadSchema, "Put exactly these bytes there, with these headers."),
    ...errorReplies,
  },
});

const completeRoute = createRoute({
  method: "post",
  path: "/api/uploads/{id}/complete",
  summary: "Say that the bytes were put; they are checked",
  request: { params: idParams },
  responses: { 200: jsonReply(uploadCompletedSchema, "The picture can be used."), ...errorReplies },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/api/uploads/{id}",
  summary: "Remove an upload that no waiting or running picture needs",
  request: { params: idParams },
  responses: { 204: { description: "It is gone." }, ...errorReplies },
});

/** Everything below /api/uploads. */
export const uploadRoutes = createRoutes()
  .openapi(postRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { purpose, content_type: contentType, bytes, sha256 } = context.req.valid("json");
    if (purpose === "private_share") requirePrivateLinks(services);
    await assertQuota(services, ownerId, bytes);
    const id = randomUUID();
    const objectKey = `uploads/${id}/picture.${extensionOf(contentType)}`;
    await services.connection.database.transaction(async (tx) => {
      await tx.insert(uploads).values({ id, ownerId, purpose, contentType, bytes, sha256, objectKey });
      // A put can come until its URL dies, even after the row was swept.
      await tx.insert(orphanObjects).values({ objectKey, notBefore: sql`now() + interval '1 day'` });
    });
    const target = await services.store.presignPut(objectKey, {
      contentType,
      bytes,
      maxBytes: UPLOAD_MAX_BYTES,
      seconds: PUT_SECONDS,
      origin: publicOrigin(context.req.raw, services.settings),
    });
    const put = { url: target.url, headers: target.headers };
    return context.json({ id, put, expires_at: target.expiresAt.toISOString() }, 201);
  })
  .openapi(completeRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { database } = services.connection;
    const row = await findOwnUpload(database, ownerId, context.req.valid("param").id);
    if (row.completed) {
      const { id, width, height } = row;
      return context.json({ id, width, height, content_type: typeOf(row) }, 200);
    }
    const bytes = await services.store.read(row.objectKey, UPLOAD_MAX_BYTES);
    if (bytes === undefined) {
      throw new EaselError("not_ready", "The bytes are not there yet.", {
        hint: "Put them to the URL that was given.",
      });
    }
    assertAnnounced(row, bytes);
    const { width, height, contentType } = checked(row, bytes);
    await keepChecked(services, row, bytes, { width, height });
    return context.json({ id: row.id, width, height, content_type: contentType }, 200);
  })
  .openapi(deleteRoute, async (context) => {
    const { services, ownerId } = context.var;
    await removeUpload(services, ownerId, context.req.valid("param").id);
    return context.body(null, 204);
  });

function typeOf({ purpose, contentType }: UploadRow): z.infer<typeof pictureTypeSchema> | typeof SEALED_TYPE {
  return purpose === "private_share" ? SEALED_TYPE : pictureTypeSchema.parse(contentType);
}

/** What the bytes say they are, which must be what was announced; of sealed ones nothing more is known. */
function checked(row: UploadRow, bytes: Uint8Array) {
  if (row.purpose === "private_share") {
    assertSealed(bytes);
    return { width: null, height: null, contentType: SEALED_TYPE } as const;
  }
  const header = readImageHeader(bytes);
  if (header.contentType === row.contentType) return header;
  throw new EaselError(
    "unsupported_media",
    `${row.contentType} was announced, and the file is ${header.contentType}.`,
  );
}

function assertAnnounced(row: UploadRow, bytes: Uint8Array): void {
  if (bytes.byteLength !== row.bytes) {
    throw new EaselError(
      "invalid_request",
      `${row.bytes} bytes were announced, and ${bytes.byteLength} are there.`,
      {
        path: "bytes",
      },
    );
  }
  const digest = createHash("sha256").update(bytes).digest("hex");
  if (digest !== row.sha256) {
    throw new EaselError(
      "invalid_request",
      `The SHA-256 ${row.sha256} was announced, and the bytes have ${digest}.`,
      {
        path: "sha256",
      },
    );
  }
}
