import type { MiddlewareHandler } from "hono";
import type { ApiContext, ApiEnvironment } from "../context.ts";
import { addressOf, limitOwner } from "../limits/rate-limit.ts";
import { accessNeeded, findOwner, ownerOfAddress, ownerOfKey } from "./find-owner.ts";
import { assertSameOrigin, bearerToken } from "./owner-auth.ts";

/** A client's key: a bearer token, or the password of HTTP's basic authentication, all that some clients can send. */
function clientKey(context: ApiContext): string | undefined {
  const bearer = bearerToken(context);
  if (bearer !== undefined) return bearer;
  const basic = /^Basic (.+)$/i.exec(context.req.header("authorization") ?? "")?.[1];
  if (basic === undefined) return undefined;
  const pair = Buffer.from(basic, "base64").toString();
  return pair.includes(":") ? pair.slice(pair.indexOf(":") + 1) : undefined;
}

/**
 * Who asks on the compatibility routes, whose clients know nothing of owners: an owner's token, on an open instance
 * any other key, or the address. No cookie counts here, so that no page of somebody else acts for its visitor; the
 * address alone is enough to draw, so a foreign page's Origin is refused.
 */
export const guestAuth: MiddlewareHandler<ApiEnvironment> = async (context, next) => {
  const { services } = context.var;
  const key = clientKey(context);
  if (key === undefined) assertSameOrigin(context, false);
  const owner = key === undefined ? undefined : await findOwner(services, key);
  let ownerId: string;
  if (typeof owner === "object") ownerId = owner.id;
  else if (owner === "refused" || services.settings.EASEL_ACCESS === "token") throw accessNeeded();
  else if (key === undefined) ownerId = await ownerOfAddress(services, addressOf(context));
  else ownerId = await ownerOfKey(services, key, addressOf(context));
  await limitOwner(context, ownerId);
  context.set("ownerId", ownerId);
  return next();
};
