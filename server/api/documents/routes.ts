import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import {
  documentListSchema,
  documentSchema,
  documentWithPagesSchema,
} from "../../../src/contracts/document.ts";
import { presignedUrlSchema } from "../../../src/contracts/generated-image.ts";
import { forgetDocument } from "../../jobs/documents/forget.ts";
import { keepDocument } from "../../jobs/documents/keep.ts";
import { MAX_URL_SECONDS } from "../../storage/object-store.ts";
import { assertQuota } from "../limits/quota.ts";
import { listQuery } from "../list-cursor.ts";
import { publicOrigin } from "../request-origin.ts";
import { createRoutes, errorReplies, idParams, jsonReply } from "../routes.ts";
import { modelThatSees } from "../seeing-model.ts";
import { documentFormSchema, readDocument } from "./form.ts";
import { documentOf, findOwnDocument, listDocuments, pagesOf } from "./resource.ts";

const PATH = "/api/documents";

const postRoute = createRoute({
  method: "post",
  path: PATH,
  summary: "Keep a picture or a PDF, to be looked through",
  request: {
    body: { required: true, content: { "multipart/form-data": { schema: documentFormSchema } } },
  },
  responses: { 201: jsonReply(documentSchema, "It is kept, and waits."), ...errorReplies },
});

const listRoute = createRoute({
  method: "get",
  path: PATH,
  summary: "The caller's own documents, newest first",
  request: { query: listQuery },
  responses: { 200: jsonReply(documentListSchema, "One page."), ...errorReplies },
});

const getRoute = createRoute({
  method: "get",
  path: `${PATH}/{id}`,
  summary: "One document, with what was found on its pages",
  request: { params: idParams },
  responses: { 200: jsonReply(documentWithPagesSchema, "As it stands."), ...errorReplies },
});

const urlRoute = createRoute({
  method: "get",
  path: `${PATH}/{id}/url`,
  summary: "A presigned URL of the document's file",
  request: {
    params: idParams,
    query: z.object({ expires_in: z.coerce.number().int().min(1).max(MAX_URL_SECONDS).optional() }),
  },
  responses: { 200: jsonReply(presignedUrlSchema, "Good until expires_at."), ...errorReplies },
});

const deleteRoute = createRoute({
  method: "delete",
  path: `${PATH}/{id}`,
  summary: "Delete a document with its file and all that was found in it",
  request: { params: idParams },
  responses: { 204: { description: "Done." }, ...errorReplies },
});

/** Everything below /api/documents. The file is only stored here: workers open it (docs/adr/0127). */
export const documentRoutes = createRoutes()
  .openapi(postRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { title, file } = context.req.valid("form");
    const model = modelThatSees(services, "object-detection");
    const read = readDocument(file);
    await assertQuota(services, ownerId, read.bytes.byteLength);
    const row = await keepDocument(services, model, { ownerId, title, ...read });
    context.header("Location", `${PATH}/${row.id}`);
    return context.json(documentOf(row), 201);
  })
  .openapi(listRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { cursor, limit } = context.req.valid("query");
    const { rows, nextCursor } = await listDocuments(services.connection.database, ownerId, {
      cursor,
      limit,
    });
    return context.json({ documents: rows.map(documentOf), next_cursor: nextCursor }, 200);
  })
  .openapi(getRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { database } = services.connection;
    const row = await findOwnDocument(database, ownerId, context.req.valid("param").id);
    return context.json({ ...documentOf(row), pages: await pagesOf(database, row.id) }, 200);
  })
  .openapi(urlRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { id } = context.req.valid("param");
    const row = await findOwnDocument(services.connection.database, ownerId, id);
    const { url, expiresAt } = await services.store.presignGet(row.objectKey, {
      seconds: context.req.valid("query").expires_in ?? services.settings.RESULT_URL_SECONDS,
      origin: publicOrigin(context.req.raw, services.settings),
    });
    return context.json({ url, expires_at: expiresAt.toISOString() }, 200);
  })
  .openapi(deleteRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { id } = context.req.valid("param");
    await forgetDocument(services, await findOwnDocument(services.connection.database, ownerId, id));
    return context.body(null, 204);
  });
