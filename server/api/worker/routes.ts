import { createRoute } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import { toCamel, toSnake } from "../../../src/contracts/casing.ts";
import { EaselError } from "../../../src/contracts/errors.ts";
import {
  claimInputSchema,
  claimSchema,
  leaseCompleteInputSchema,
  leaseFailInputSchema,
  leaseProgressInputSchema,
  leaseProgressSchema,
} from "../../../src/contracts/worker.ts";
import { claim } from "../../jobs/claim.ts";
import { leaseComplete, leaseFail, leaseProgress, leaseRelease } from "../../jobs/lease.ts";
import { sameSecret } from "../../secrets.ts";
import type { ApiEnvironment } from "../context.ts";
import { bearerToken } from "../owners/owner-auth.ts";
import { requestOrigin } from "../request-origin.ts";
import { createRoutes, errorReplies, idParams, jsonBody, jsonReply } from "../routes.ts";

/** The worker routes take the worker token and nothing else. */
export const workerAuth: MiddlewareHandler<ApiEnvironment> = async (context, next) => {
  if (!sameSecret(bearerToken(context) ?? "", context.var.services.workerToken)) {
    throw new EaselError("unauthorized", "The worker routes need the worker token as a bearer token.", {
      hint: "It is EASEL_WORKER_TOKEN, or DATA_DIR/secrets/worker-token on the server.",
    });
  }
  await next();
};

const done = { 200: jsonReply(z.object({}), "Done."), ...errorReplies };

const claimRoute = createRoute({
  method: "post",
  path: "/api/worker/claim",
  summary: "Wait for a job that this worker can draw",
  request: { body: jsonBody(claimInputSchema) },
  responses: {
    200: jsonReply(claimSchema, "A lease."),
    204: { description: "There is none." },
    ...errorReplies,
  },
});

const progressRoute = createRoute({
  method: "post",
  path: "/api/worker/leases/{id}/progress",
  summary: "Heartbeat, with or without something to tell",
  request: { params: idParams, body: jsonBody(leaseProgressInputSchema) },
  responses: { 200: jsonReply(leaseProgressSchema, "The lease lives on."), ...errorReplies },
});

const completeRoute = createRoute({
  method: "post",
  path: "/api/worker/leases/{id}/complete",
  summary: "The picture was put",
  request: { params: idParams, body: jsonBody(leaseCompleteInputSchema) },
  responses: done,
});

const failRoute = createRoute({
  method: "post",
  path: "/api/worker/leases/{id}/fail",
  summary: "The picture could not be drawn",
  request: { params: idParams, body: jsonBody(leaseFailInputSchema) },
  responses: done,
});

const releaseRoute = createRoute({
  method: "post",
  path: "/api/worker/leases/{id}/release",
  summary: "Hand the job back",
  request: { params: idParams },
  responses: done,
});

/** Everything below /api/worker. */
export const workerRoutes = createRoutes()
  .openapi(claimRoute, async (context) => {
    const { services } = context.var;
    const origin = requestOrigin(context.req.raw, services.settings);
    const input = toCamel(context.req.valid("json"));
    const claimed = await claim(services, input, origin, context.req.raw.signal);
    return claimed === undefined ? context.body(null, 204) : context.json(toSnake(claimed), 200);
  })
  .openapi(progressRoute, async (context) => {
    const { id } = context.req.valid("param");
    const { cancelled, expiresAt } = await leaseProgress(
      context.var.services,
      id,
      context.req.valid("json").event,
    );
    return context.json({ cancelled, expires_at: expiresAt.toISOString() }, 200);
  })
  .openapi(completeRoute, async (context) => {
    const { id } = context.req.valid("param");
    await leaseComplete(context.var.services, id, toCamel(context.req.valid("json")));
    return context.json({}, 200);
  })
  .openapi(failRoute, async (context) => {
    await leaseFail(context.var.services, context.req.valid("param").id, context.req.valid("json"));
    return context.json({}, 200);
  })
  .openapi(releaseRoute, async (context) => {
    await leaseRelease(context.var.services, context.req.valid("param").id);
    return context.json({}, 200);
  });
