import { createRoute } from "@hono/zod-openapi";
import { and, desc, eq } from "drizzle-orm";
import type { z } from "zod";
import { toCamel } from "../../../src/contracts/casing.ts";
import { EaselError } from "../../../src/contracts/errors.ts";
import { shareInputSchema, shareListSchema, shareSchema } from "../../../src/contracts/share.ts";
import { shares } from "../../db/schema.ts";
import { noteOrphan, removeObjects } from "../../jobs/cancel.ts";
import { publicOrigin } from "../request-origin.ts";
import { createRoutes, errorReplies, idParams, jsonBody, jsonReply } from "../routes.ts";
import { createShare, type ShareRow } from "./create.ts";

function toResource(row: ShareRow, origin: string): z.infer<typeof shareSchema> {
  return {
    id: row.id,
    slug: row.slug,
    url: `${origin}/s/${row.slug}`,
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
    const row = await createShare(services, ownerId, toCamel(context.req.valid("json")));
    return context.json(toResource(row, publicOrigin(context.req.raw, services.settings)), 201);
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
    return context.json({ shares: rows.map((row) => toResource(row, origin)) }, 200);
  })
  .openapi(deleteRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { id } = context.req.valid("param");
    const keys = await services.connection.database.transaction(async (tx) => {
      const gone = await tx
        .delete(shares)
        .where(and(eq(shares.id, id), eq(shares.ownerId, ownerId)))
        .returning({ key: shares.objectKey });
      for (const { key } of gone) await noteOrphan(tx, key);
      return gone.map(({ key }) => key);
    });
    if (keys.length === 0) throw new EaselError("not_found", "You have no link with this id.");
    await removeObjects(services, keys);
    return context.body(null, 204);
  });
