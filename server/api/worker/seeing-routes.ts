import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { toCamel, toSnake } from "../../../src/contracts/casing.ts";
import {
  seeingClaimInputSchema,
  seeingClaimSchema,
  seeingCompleteInputSchema,
} from "../../../src/contracts/seeing-worker-routes.ts";
import { claimSeeing } from "../../jobs/seeing/claim.ts";
import { completeSeeing } from "../../jobs/seeing/complete.ts";
import { requestOrigin } from "../request-origin.ts";
import { createRoutes, errorReplies, idParams, jsonBody, jsonReply } from "../routes.ts";

const claimRoute = createRoute({
  method: "post",
  path: "/api/worker/seeing/claim",
  summary: "Wait for texts and pictures that this worker can see",
  request: { body: jsonBody(seeingClaimInputSchema) },
  responses: {
    200: jsonReply(seeingClaimSchema, "A small batch."),
    204: { description: "There is nothing to see." },
    ...errorReplies,
  },
});

const completeRoute = createRoute({
  method: "post",
  path: "/api/worker/seeing/{id}/complete",
  summary: "What was seen; what of the batch is left out is handed back",
  request: { params: idParams, body: jsonBody(seeingCompleteInputSchema) },
  responses: { 200: jsonReply(z.object({}), "Done."), ...errorReplies },
});

/** Everything below /api/worker/seeing. */
export const seeingWorkerRoutes = createRoutes()
  .openapi(claimRoute, async (context) => {
    const { services } = context.var;
    const origin = requestOrigin(context.req.raw, services.settings);
    const input = toCamel(context.req.valid("json"));
    const claimed = await claimSeeing(services, input, origin, context.req.raw.signal);
    return claimed === undefined ? context.body(null, 204) : context.json(toSnake(claimed), 200);
  })
  .openapi(completeRoute, async (context) => {
    const { outcomes } = context.req.valid("json");
    await completeSeeing(context.var.services, context.req.valid("param").id, outcomes);
    return context.json({}, 200);
  });
