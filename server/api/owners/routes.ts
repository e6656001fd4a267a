import { createRoute } from "@hono/zod-openapi";
import { ownerCreatedSchema } from "../../../src/contracts/owner.ts";
import { createRoutes, errorReplies, jsonReply } from "../routes.ts";
import { accessNeeded, createOwner } from "./find-owner.ts";
import { assertSameOrigin, setOwnerCookie } from "./owner-auth.ts";

/** POST /api/owners: a new owner, by token and by cookie. */
export const ownerRoutes = createRoutes().openapi(
  createRoute({
    method: "post",
    path: "/api/owners",
    summary: "Make an owner; not on a closed instance",
    responses: { 201: jsonReply(ownerCreatedSchema, "The token, shown this once."), ...errorReplies },
  }),
  async (context) => {
    const { services } = context.var;
    if (services.settings.EASEL_ACCESS === "token") throw accessNeeded();
    // A foreign page's form would otherwise put a new owner in the place of the browser's own.
    assertSameOrigin(context, false);
    const { token } = await createOwner(services);
    setOwnerCookie(context, token);
    return context.json({ token }, 201);
  },
);
