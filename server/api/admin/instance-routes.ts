import { createRoute } from "@hono/zod-openapi";
import { desc } from "drizzle-orm";
import { OVERVIEW_MOST, overviewSchema, redrivenSchema } from "../../../src/contracts/administration.ts";
import { shareListSchema } from "../../../src/contracts/share.ts";
import { shares } from "../../db/schema.ts";
import { publicOrigin } from "../request-origin.ts";
import { redrive } from "../../jobs/redrive.ts";
import { createRoutes, errorReplies, idParams, jsonReply } from "../routes.ts";
import { revokeShare } from "../shares/revoke.ts";
import { shareResource } from "../shares/routes.ts";
import { overview } from "./overview.ts";

const overviewRoute = createRoute({
  method: "get",
  path: "/api/admin/overview",
  summary: "The queue, workers, failed pictures, the cache and the storage used",
  responses: { 200: jsonReply(overviewSchema, "As it stands."), ...errorReplies },
});

const redriveRoute = createRoute({
  method: "post",
  path: "/api/admin/redrive",
  summary: "Send the pictures that failed after their last attempt back to their queues",
  responses: { 200: jsonReply(redrivenSchema, "How many there were."), ...errorReplies },
});

const sharesRoute = createRoute({
  method: "get",
  path: "/api/admin/shares",
  summary: "Everybody's links, newest first",
  responses: { 200: jsonReply(shareListSchema, `The newest ${OVERVIEW_MOST}.`), ...errorReplies },
});

const revokeRoute = createRoute({
  method: "delete",
  path: "/api/admin/shares/{id}",
  summary: "Revoke anybody's link",
  request: { params: idParams },
  responses: { 204: { description: "The link and its picture are gone." }, ...errorReplies },
});

/** What the administration's page shows and does. */
export const instanceRoutes = createRoutes()
  .openapi(overviewRoute, async (context) => context.json(await overview(context.var.services), 200))
  .openapi(redriveRoute, async (context) => {
    return context.json({ redriven: await redrive(context.var.services) }, 200);
  })
  .openapi(sharesRoute, async (context) => {
    const { services } = context.var;
    const rows = await services.connection.database
      .select()
      .from(shares)
      .orderBy(desc(shares.createdAt))
      .limit(OVERVIEW_MOST);
    const origin = publicOrigin(context.req.raw, services.settings);
    return context.json({ shares: rows.map((row) => shareResource(row, origin)) }, 200);
  })
  .openapi(revokeRoute, async (context) => {
    await revokeShare(context.var.services, context.req.valid("param").id, undefined);
    return context.body(null, 204);
  });
