import { createRoute, z } from "@hono/zod-openapi";
import { toCamel, toSnake } from "../../../src/contracts/casing.ts";
import { FRAMED_TYPE, frameReply } from "../../../src/contracts/framed-reply.ts";
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
    200: {
      description:
        "A small batch. In JSON, or framed where pictures come with it: 4 bytes, big-endian, that tell how long the JSON is; the JSON; those pictures that have `bytes`, in their order.",
      content: {
        "application/json": { schema: seeingClaimSchema },
        [FRAMED_TYPE]: { schema: z.string().openapi({ format: "binary" }) },
      },
    },
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
    if (claimed === undefined) return context.body(null, 204);
    const { claim, files } = claimed;
    if (files.length === 0) return context.json(toSnake(claim), 200);
    return context.body(frameReply(toSnake(claim), files), 200, { "content-type": FRAMED_TYPE });
  })
  .openapi(completeRoute, async (context) => {
    const { outcomes } = context.req.valid("json");
    await completeSeeing(context.var.services, context.req.valid("param").id, outcomes);
    return context.json({}, 200);
  });
