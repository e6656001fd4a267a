import { createRoute } from "@hono/zod-openapi";
import { desc, eq } from "drizzle-orm";
import type { z } from "zod";
import { toCamel } from "../../../src/contracts/casing.ts";
import { SEALED_TYPE } from "../../../src/contracts/sealed-picture.ts";
import { shareInputSchema, shareListSchema, shareSchema } from "../../../src/contracts/share.ts";
import { shares } from "../../db/schema.ts";
import { publicOrigin } from "../request-origin.ts";
import { createRoutes, errorReplies, idParams, jsonBody, jsonReply } from "../routes.ts";
import { createShare, type ShareRow } from "./create.ts";
import { revokeShare } from "./revoke.ts";

/** A link as its owner sees it. */
export function shareResource(row: ShareRow, origin: string): z.infer<typeof shareSchema> {
  return {
    id: row.id,
    slug: row.slug,
    url: `${origin}/s/${row.slug}`,
    private: row.contentType === SEALED_TYPE,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
  };
}

const postRoute = createRoute({
  method: "post",
  path: "/api/shares",
  summary: "Make a link to a picture",
  request: { body: jsonBody(shareInputSchema) },
  responses: { 201: jsonReply(shareSchema, "The link."), ...errorReplies },
});

const listRoute = createRoute({
  method: "get",
  path: "/api/shares",
  summary: "The caller's own links, newest first",
  responses: { 200: jsonReply(shareListSchema, "All of them."), ...errorReplies },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/api/shares/{id}",
  summary: "Revoke a link",
  request: { params: idParams },
  responses: { 204: { description: "The link and its picture are gone." }, ...errorReplies },
});

/** Everything below /api/shares. */
export const shareRoutes = createRoutes()
  .openapi(postRoute, async (context) => {
    const { services, ownerId } = context.var;
    const input = toCamel(context.req.valid("json"));
    const row = await createShare(services, ownerId, input, context.req.raw.signal);
    return context.json(shareResource(row, publicOrigin(context.req.raw, services.settings)), 201);
  })
  .openapi(listRoute, async (context) => {
    const { services, ownerId } = context.var;
    const rows = await services.connection.database
      .select()
      .from(shares)
      .where(eq(shares.ownerId, ownerId))
      .orderBy(desc(shares.createdAt))
      .limit(1000);
    const origin = publicOrigin(context.req.raw, services.settings);
    return context.json({ shares: rows.map((row) => shareResource(row, origin)) }, 200);
  })
  .openapi(deleteRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { id } = context.req.valid("param");
    await revokeShare(services, id, ownerId);
    return context.body(null, 204);
  });
