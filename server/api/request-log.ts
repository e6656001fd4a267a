import { randomUUID } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { requestScope } from "../log.ts";
import type { ApiEnvironment } from "./context.ts";

/** What a proxy may have named the request; anything else is no id of ours. */
const REQUEST_ID = /^[\w-]{8,64}$/;

/**
 * Gives every request an id, which all that is logged on its behalf carries and `X-Request-Id` tells; counts and times
 * it by its route. What the client wrote is not logged.
 */
export const requestLog: MiddlewareHandler<ApiEnvironment> = async (context, next) => {
  const { settings, metrics, log } = context.var.services;
  const named = settings.TRUSTED_PROXIES > 0 ? context.req.header("x-request-id") : undefined;
  const request = named !== undefined && REQUEST_ID.test(named) ? named : randomUUID();
  const started = performance.now();
  await requestScope.run({ request }, async () => {
    await next();
    const seconds = (performance.now() - started) / 1000;
    const { method } = context.req;
    const { status } = context.res;
    // The innermost route that ran: a pattern, so that no client can make new names.
    const route = routePath(context);
    metrics.httpRequests.inc({ method: knownMethod(method), route, status: String(status) });
    metrics.httpSeconds.observe({ method: knownMethod(method), route }, seconds);
    log.info({ method, route, status, milliseconds: Math.round(seconds * 1000) }, "A request was answered.");
  });
  context.res.headers.set("X-Request-Id", request);
};

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]);

function knownMethod(method: string): string {
  return METHODS.has(method) ? method : "other";
}
