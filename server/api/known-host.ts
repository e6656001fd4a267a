import type { MiddlewareHandler } from "hono";
import { EaselError } from "../../src/contracts/errors.ts";
import { bracketed } from "../reachable-host.ts";
import type { ApiEnvironment } from "./context.ts";

/**
 * Asked for by machines of the operator under whatever name they have for this one, with tokens where it matters.
 * A worker's claim names objects below the address that it asked at, each with a signature.
 */
const INNER = /^\/(?:api\/worker\/|objects\/|health$|ready$|metrics$)/;
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/**
 * With PUBLIC_URL set, only its host is answered, and this machine itself, also by the one address that HOST makes it
 * listen on (`easel token` asks there): a page of somebody else whose name was pointed at this address (DNS rebinding)
 * gets nothing.
 */
export const knownHost: MiddlewareHandler<ApiEnvironment> = async (context, next) => {
  const { PUBLIC_URL, HOST, PORT } = context.var.services.settings;
  if (PUBLIC_URL === undefined) return next();
  const host = context.req.header("host") ?? "";
  const own = [new URL(PUBLIC_URL).host, `${bracketed(HOST)}:${PORT}`];
  if (own.includes(host) || LOOPBACK.test(host) || INNER.test(context.req.path)) return next();
  throw new EaselError("forbidden", `This server answers as ${PUBLIC_URL}, not as ${host}.`, {
    hint: "Use its own address; behind a proxy, have it hand on the Host header.",
  });
};
