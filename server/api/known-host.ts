import type { MiddlewareHandler } from "hono";
import { EaselError } from "../../src/contracts/errors.ts";
import type { ApiEnvironment } from "./context.ts";

/**
 * Asked for by machines of the operator under whatever name they have for this one, with tokens where it matters.
 * A worker's claim names objects below the address that it asked at, each with a signature.
 */
const INNER = /^\/(?:api\/worker\/|objects\/|health$|ready$|metrics$)/;
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/**
 * With PUBLIC_URL set, only its host is answered, and this machine itself: a page of somebody else whose name was
 * pointed at this address (DNS rebinding) gets nothing.
 */
export const knownHost: MiddlewareHandler<ApiEnvironment> = async (context, next) => {
  const { PUBLIC_URL } = context.var.services.settings;
  const host = context.req.header("host") ?? "";
  const known = PUBLIC_URL === undefined || host === new URL(PUBLIC_URL).host || LOOPBACK.test(host);
  if (known || INNER.test(context.req.path)) return next();
  throw new EaselError("forbidden", `This server answers as ${PUBLIC_URL}, not as ${host}.`, {
    hint: "Use its own address; behind a proxy, have it hand on the Host header.",
  });
};
