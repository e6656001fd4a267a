import { createRoute } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import {
  accessTokenCreatedSchema,
  accessTokenInputSchema,
  accessTokenListSchema,
  backupMadeSchema,
  cacheForgottenSchema,
} from "../../../src/contracts/administration.ts";
import { EaselError } from "../../../src/contracts/errors.ts";
import { liveBackup } from "../../backup/live-backup.ts";
import { forgetCache } from "../../jobs/result-cache.ts";
import { forgetSeen } from "../../jobs/seeing/results.ts";
import { sameSecret } from "../../secrets.ts";
import type { ApiEnvironment } from "../context.ts";
import { bearerToken } from "../owners/owner-auth.ts";
import { createRoutes, errorReplies, idParams, jsonBody, jsonReply } from "../routes.ts";
import { addAccessToken, listAccessTokens, revokeAccessToken } from "./access-tokens.ts";

/** Administration takes the admin token and nothing else. */
export const adminAuth: MiddlewareHandler<ApiEnvironment> = async (context, next) => {
  if (!sameSecret(bearerToken(context) ?? "", context.var.services.adminToken)) {
    throw new EaselError("unauthorized", "Administration needs the admin token as a bearer token.", {
      hint: "It is EASEL_ADMIN_TOKEN, or DATA_DIR/secrets/admin-token on the server.",
    });
  }
  await next();
};

const PATH = "/api/admin/tokens";

const postRoute = createRoute({
  method: "post",
  path: PATH,
  summary: "Make an access token for someone",
  request: { body: jsonBody(accessTokenInputSchema) },
  responses: { 201: jsonReply(accessTokenCreatedSchema, "The token, shown this once."), ...errorReplies },
});

const listRoute = createRoute({
  method: "get",
  path: PATH,
  summary: "Who has an access token, and who had one",
  responses: { 200: jsonReply(accessTokenListSchema, "All of them, oldest first."), ...errorReplies },
});

const deleteRoute = createRoute({
  method: "delete",
  path: `${PATH}/{id}`,
  summary: "Revoke an access token",
  request: { params: idParams },
  responses: { 204: { description: "It opens nothing any more." }, ...errorReplies },
});

const cacheRoute = createRoute({
  method: "delete",
  path: "/api/cache",
  summary:
    "Forget which pictures answer identical requests, and what was seen before; pictures stay with their owners",
  responses: { 200: jsonReply(cacheForgottenSchema, "How many were forgotten."), ...errorReplies },
});

const backupRoute = createRoute({
  method: "post",
  path: "/api/admin/backups",
  summary: "Copy the embedded database, the objects on disk and the secrets",
  responses: { 201: jsonReply(backupMadeSchema, "Its name below DATA_DIR/backups."), ...errorReplies },
});

/** Everything below /api/admin, and /api/cache. */
export const adminRoutes = createRoutes()
  .openapi(backupRoute, async (context) => {
    return context.json({ name: await liveBackup(context.var.services) }, 201);
  })
  .openapi(cacheRoute, async (context) => {
    const { database } = context.var.services.connection;
    const forgotten = (await forgetCache(database)) + (await forgetSeen(database));
    return context.json({ forgotten }, 200);
  })
  .openapi(postRoute, async (context) => {
    const { database } = context.var.services.connection;
    return context.json(await addAccessToken(database, context.req.valid("json").name), 201);
  })
  .openapi(listRoute, async (context) => {
    return context.json({ tokens: await listAccessTokens(context.var.services.connection.database) }, 200);
  })
  .openapi(deleteRoute, async (context) => {
    await revokeAccessToken(context.var.services.connection.database, context.req.valid("param").id);
    return context.body(null, 204);
  });
