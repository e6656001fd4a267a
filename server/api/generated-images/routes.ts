import { createRoute } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { EaselError } from "../../../src/contracts/errors.ts";
import {
  generatedImageListSchema,
  generatedImageSchema,
  presignedUrlSchema,
} from "../../../src/contracts/generated-image.ts";
import { requestInputSchema } from "../../../src/contracts/request.ts";
import { cancelOrRemove } from "../../jobs/cancel.ts";
import { lastEvent } from "../../jobs/events.ts";
import { MAX_URL_SECONDS } from "../../storage/object-store.ts";
import { publicOrigin } from "../request-origin.ts";
import { addressOf } from "../limits/rate-limit.ts";
import { listQuery } from "../list-cursor.ts";
import { createRoutes, errorReplies, idParams, jsonBody, jsonReply } from "../routes.ts";
import { createGeneratedImage } from "./create.ts";
import { endsStream, streamEvents } from "./event-stream.ts";
import { listOwn } from "./list.ts";
import { findOwn, toResource } from "./resource.ts";

const PATH = "/api/generated-images";

const postRoute = createRoute({
  method: "post",
  path: PATH,
  summary: "Ask for a picture",
  request: {
    headers: z.object({ "idempotency-key": z.string().min(1).max(200).optional() }),
    body: jsonBody(requestInputSchema),
  },
  responses: { 201: jsonReply(generatedImageSchema, "It waits to be drawn."), ...errorReplies },
});

const listRoute = createRoute({
  method: "get",
  path: PATH,
  summary: "The caller's own pictures, newest first",
  request: {
    query: listQuery,
  },
  responses: { 200: jsonReply(generatedImageListSchema, "One page."), ...errorReplies },
});

const getRoute = createRoute({
  method: "get",
  path: `${PATH}/{id}`,
  summary: "One picture",
  request: { params: idParams },
  responses: { 200: jsonReply(generatedImageSchema, "As it stands."), ...errorReplies },
});

const deleteRoute = createRoute({
  method: "delete",
  path: `${PATH}/{id}`,
  summary: "Cancel a picture that is not drawn yet, or remove one that is over",
  request: { params: idParams },
  responses: { 204: { description: "Done." }, ...errorReplies },
});

const urlRoute = createRoute({
  method: "get",
  path: `${PATH}/{id}/url`,
  summary: "A presigned URL of the drawn picture",
  request: {
    params: idParams,
    query: z.object({ expires_in: z.coerce.number().int().min(1).max(MAX_URL_SECONDS).optional() }),
  },
  responses: { 200: jsonReply(presignedUrlSchema, "Good until expires_at."), ...errorReplies },
});

const eventsRoute = createRoute({
  method: "get",
  path: `${PATH}/{id}/events`,
  summary: "Progress as server-sent events; resumes after Last-Event-ID",
  request: { params: idParams },
  responses: {
    200: { description: "A stream of progress.", content: { "text/event-stream": { schema: z.string() } } },
    204: { description: "Everything was told already." },
    ...errorReplies,
  },
});

/** Everything below /api/generated-images. */
export const generatedImageRoutes = createRoutes()
  .openapi(postRoute, async (context) => {
    const { services, ownerId } = context.var;
    const key = context.req.valid("header")["idempotency-key"];
    const resource = await createGeneratedImage(
      services,
      { ownerId, address: addressOf(context) },
      context.req.valid("json"),
      key,
    );
    context.header("Location", `${PATH}/${resource.id}`);
    return context.json(resource, 201);
  })
  .openapi(listRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { database } = services.connection;
    const { cursor, limit } = context.req.valid("query");
    const { rows, nextCursor } = await listOwn(database, ownerId, { cursor, limit });
    const resources = await Promise.all(rows.map((row) => toResource(database, row)));
    return context.json({ generated_images: resources, next_cursor: nextCursor }, 200);
  })
  .openapi(getRoute, async (context) => {
    const { services, ownerId } = context.var;
    const row = await findOwn(services.connection.database, ownerId, context.req.valid("param").id);
    return context.json(await toResource(services.connection.database, row), 200);
  })
  .openapi(deleteRoute, async (context) => {
    const { services, ownerId } = context.var;
    await cancelOrRemove(
      services,
      await findOwn(services.connection.database, ownerId, context.req.valid("param").id),
    );
    return context.body(null, 204);
  })
  .openapi(urlRoute, async (context) => {
    const { services, ownerId } = context.var;
    const row = await findOwn(services.connection.database, ownerId, context.req.valid("param").id);
    if (row.status !== "succeeded" || row.objectKey === null) {
      throw new EaselError("not_ready", `The picture is not there: its status is ${row.status}.`, {
        hint: "Follow its events until it has succeeded.",
      });
    }
    const { url, expiresAt } = await services.store.presignGet(row.objectKey, {
      seconds: context.req.valid("query").expires_in ?? services.settings.RESULT_URL_SECONDS,
      origin: publicOrigin(context.req.raw, services.settings),
    });
    return context.json({ url, expires_at: expiresAt.toISOString() }, 200);
  })
  .openapi(eventsRoute, async (context) => {
    const { services, ownerId } = context.var;
    const row = await findOwn(services.connection.database, ownerId, context.req.valid("param").id);
    const header = context.req.header("last-event-id");
    const lastEventId = header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
    const last = await lastEvent(services.connection.database, row.id);
    // 204 tells an EventSource to stop connecting anew.
    if (lastEventId !== undefined && last !== undefined && last.id <= lastEventId && endsStream(last.event)) {
      return context.body(null, 204);
    }
    context.header("Cache-Control", "no-store");
    context.header("X-Accel-Buffering", "no");
    // Without a number to go on from, the present state is told first.
    const after = lastEventId ?? (last?.id ?? 1) - 1;
    return streamSSE(context, (stream) => streamEvents(services, row.id, after, stream));
  });
