import { createRoute } from "@hono/zod-openapi";
import { gt, sql } from "drizzle-orm";
import { toSnake } from "../../../src/contracts/casing.ts";
import { modelListSchema } from "../../../src/contracts/model.ts";
import { workers } from "../../db/schema.ts";
import { WORKER_LIVE_SECONDS } from "../../jobs/queue-position.ts";
import { createRoutes, errorReplies, jsonReply } from "../routes.ts";

/** GET /api/models: what live workers can draw, in the revision that this server knows, and what else a page should not offer. */
export const modelRoutes = createRoutes().openapi(
  createRoute({
    method: "get",
    path: "/api/models",
    summary: "The models that can be drawn with now",
    responses: {
      200: jsonReply(modelListSchema, "What live workers can draw, and whether private links are made."),
      ...errorReplies,
    },
  }),
  async (context) => {
    const { services } = context.var;
    const live = await services.connection.database
      .select({ models: workers.models })
      .from(workers)
      .where(gt(workers.lastSeenAt, sql`now() - ${WORKER_LIVE_SECONDS} * interval '1 second'`));
    const drawable = new Set(live.flatMap(({ models }) => models.map(({ id, digest }) => `${id} ${digest}`)));
    const models = services.models
      .all()
      .filter(({ id, digest }) => drawable.has(`${id} ${digest}`))
      .map(({ id, name, revision, digest, family, description, licence, defaults, sizes, sizeRule }) =>
        toSnake({ id, name, revision, digest, family, description, licence, defaults, sizes, sizeRule }),
      );
    const { PRIVATE_LINKS: private_links } = services.settings;
    return context.json(modelListSchema.parse({ models, private_links }), 200);
  },
);
