import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { EaselError } from "../../../src/contracts/errors.ts";
import { sameSecret } from "../../secrets.ts";
import { bearerToken } from "../owners/owner-auth.ts";
import { createRoutes, errorReplies } from "../routes.ts";
import { queueGauges } from "./queue-gauges.ts";

/** GET /metrics, for Prometheus. What a server does is its operator's business: it needs a token. */
export const metricsRoutes = createRoutes().openapi(
  createRoute({
    method: "get",
    path: "/metrics",
    summary: "Counts and times in Prometheus' text form",
    responses: {
      200: { description: "One scrape.", content: { "text/plain": { schema: z.string() } } },
      ...errorReplies,
    },
  }),
  async (context) => {
    const { settings, adminToken, metrics, connection } = context.var.services;
    const given = bearerToken(context) ?? "";
    if (!sameSecret(given, settings.EASEL_METRICS_TOKEN ?? adminToken)) {
      throw new EaselError("unauthorized", "/metrics needs a bearer token.", {
        hint: "It is EASEL_METRICS_TOKEN; where that is unset, the admin token.",
      });
    }
    const own = await metrics.registry.metrics();
    return context.text(`${own}${await queueGauges(connection.database)}`, 200, {
      "Content-Type": metrics.registry.contentType,
    });
  },
);
