import { createRoute } from "@hono/zod-openapi";
import { getCookie } from "hono/cookie";
import {
  JOIN_HASH,
  joinInputSchema,
  OWNER_COOKIE,
  ownerCreatedSchema,
  ownerDeviceListSchema,
  ownerLinkSchema,
} from "../../../src/contracts/owner.ts";
import { isLoopback } from "../../reachable-host.ts";
import type { Settings } from "../../settings.ts";
import { networkOrigins } from "../../tls/network-origins.ts";
import { publicOrigin } from "../request-origin.ts";
import { createRoutes, errorReplies, idParams, jsonBody, jsonReply } from "../routes.ts";
import { join, listDevices, makeLink, revokeDevice } from "./devices.ts";
import { assertSameOrigin, bearerToken, setOwnerCookie } from "./owner-auth.ts";

const linkRoute = createRoute({
  method: "post",
  path: "/api/owners/links",
  summary: "A code by which one further device joins the caller's owner, once, within ten minutes",
  responses: { 201: jsonReply(ownerLinkSchema, "The code, shown this once."), ...errorReplies },
});

const joinRoute = createRoute({
  method: "post",
  path: "/api/owners/joins",
  summary: "Join an owner by a code: a token of one's own, and the cookie",
  request: { body: jsonBody(joinInputSchema) },
  responses: { 201: jsonReply(ownerCreatedSchema, "The token, shown this once."), ...errorReplies },
});

const listRoute = createRoute({
  method: "get",
  path: "/api/owners/devices",
  summary: "The caller's devices, the first one first",
  responses: { 200: jsonReply(ownerDeviceListSchema, "All of them."), ...errorReplies },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/api/owners/devices/{id}",
  summary: "Take a device's token back",
  request: { params: idParams },
  responses: { 204: { description: "It opens nothing of the caller's any more." }, ...errorReplies },
});

/** What other devices open in the place of an address that may be this machine's for itself alone. */
function fromElsewhere(origin: string, settings: Settings): string[] {
  if (!isLoopback(new URL(origin).hostname)) return [origin];
  // Under another name than PUBLIC_URL's the server would refuse.
  return settings.PUBLIC_URL === undefined ? networkOrigins(settings) : [];
}

/** Several devices of one owner. */
export const deviceRoutes = createRoutes()
  .openapi(linkRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { code, expiresAt } = await makeLink(services, ownerId);
    const origin = publicOrigin(context.req.raw, services.settings);
    const page = (base: string) => `${base}/${JOIN_HASH}${code}`;
    const link = {
      code,
      url: page(origin),
      network_urls: fromElsewhere(origin, services.settings).map(page),
      expires_at: expiresAt.toISOString(),
    };
    return context.json(link, 201);
  })
  .openapi(joinRoute, async (context) => {
    // The code says who asks. A foreign page must not put another owner in the place of the browser's own.
    assertSameOrigin(context, false);
    const token = await join(context.var.services, context.req.valid("json"));
    setOwnerCookie(context, token);
    return context.json({ token }, 201);
  })
  .openapi(listRoute, async (context) => {
    const { services, ownerId } = context.var;
    const token = bearerToken(context) ?? getCookie(context, OWNER_COOKIE);
    return context.json(await listDevices(services, ownerId, token), 200);
  })
  .openapi(deleteRoute, async (context) => {
    const { services, ownerId } = context.var;
    await revokeDevice(services, ownerId, context.req.valid("param").id);
    return context.body(null, 204);
  });
