import { getCookie, setCookie } from "hono/cookie";
import type { MiddlewareHandler } from "hono";
import { EaselError } from "../../../src/contracts/errors.ts";
import { OWNER_COOKIE } from "../../../src/contracts/owner.ts";
import type { ApiContext, ApiEnvironment } from "../context.ts";
import { addressOf, limitOwner } from "../limits/rate-limit.ts";
import { requestOrigin } from "../request-origin.ts";
import { accessNeeded, createOwner, findOwner, isSecretKey, ownerOfKey } from "./find-owner.ts";

const YEAR_SECONDS = 365 * 24 * 3600;

export function setOwnerCookie(context: ApiContext, token: string): void {
  setCookie(context, OWNER_COOKIE, token, {
    httpOnly: true,
    sameSite: "Lax",
    secure: requestOrigin(context.req.raw, context.var.services.settings).startsWith("https:"),
    path: "/",
    maxAge: YEAR_SECONDS,
  });
}

/** The bearer token of a request, if it carries one. */
export function bearerToken(context: ApiContext): string | undefined {
  return /^Bearer (.+)$/i.exec(context.req.header("authorization") ?? "")?.[1];
}

/**
 * A cookie is sent by the browser whoever asks: a change must come from our own pages. A client without a cookie
 * sends no Origin, and a foreign page always does.
 */
export function assertSameOrigin(context: ApiContext, hasCookie: boolean): void {
  if (context.req.method === "GET" || context.req.method === "HEAD") return;
  const origin = context.req.header("origin");
  if (origin === undefined && !hasCookie) return;
  const { settings } = context.var.services;
  const own = [requestOrigin(context.req.raw, settings), settings.PUBLIC_URL].map(
    (url) => url && new URL(url).host,
  );
  if (origin !== undefined && URL.canParse(origin) && own.includes(new URL(origin).host)) return;
  throw new EaselError(
    "forbidden",
    `A change with a cookie must come from this server's own pages, not from ${origin ?? "nowhere"}.`,
    {
      hint: "Use the app on this address, or an owner's token in the Authorization header.",
    },
  );
}

async function ownerOfBearer(context: ApiContext, token: string): Promise<string> {
  const { services } = context.var;
  const owner = await findOwner(services, token);
  if (typeof owner === "object") return owner.id;
  if (services.settings.EASEL_ACCESS === "token") throw accessNeeded();
  if (owner === "refused" || !isSecretKey(token))
    throw new EaselError("unauthorized", "No owner has this token.");
  return ownerOfKey(services, token, addressOf(context));
}

async function ownerOfCookie(context: ApiContext): Promise<string> {
  const { services } = context.var;
  const cookie = getCookie(context, OWNER_COOKIE);
  assertSameOrigin(context, cookie !== undefined);
  const owner = cookie === undefined ? undefined : await findOwner(services, cookie);
  if (typeof owner === "object") return owner.id;
  if (services.settings.EASEL_ACCESS === "token") throw accessNeeded();
  const made = await createOwner(services);
  setOwnerCookie(context, made.token);
  return made.id;
}

/** Who asks: a bearer token, the cookie, or on an open instance a new owner who gets the cookie. */
export const ownerAuth: MiddlewareHandler<ApiEnvironment> = async (context, next) => {
  const bearer = bearerToken(context);
  const ownerId = bearer === undefined ? await ownerOfCookie(context) : await ownerOfBearer(context, bearer);
  await limitOwner(context, ownerId);
  context.set("ownerId", ownerId);
  return next();
};

/** For what everybody may read on an open instance: nobody is made an owner for it. */
export const ownerWhereClosed: MiddlewareHandler<ApiEnvironment> = (context, next) =>
  context.var.services.settings.EASEL_ACCESS === "token" ? ownerAuth(context, next) : next();
