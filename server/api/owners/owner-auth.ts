import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { getCookie, setCookie } from "hono/cookie";
import type { MiddlewareHandler } from "hono";
import { EaselError } from "../../../src/contracts/errors.ts";
import { OWNER_COOKIE } from "../../../src/contracts/owner.ts";
import { owners } from "../../db/schema.ts";
import type { Services } from "../../jobs/services.ts";
import { hashToken, newToken } from "../../secrets.ts";
import type { ApiContext, ApiEnvironment } from "../context.ts";
import { requestOrigin } from "../request-origin.ts";

const YEAR_SECONDS = 365 * 24 * 3600;

/** Makes an owner; the token is told once and kept only as a hash. */
export async function createOwner(services: Services): Promise<{ id: string; token: string }> {
  const token = newToken();
  const id = randomUUID();
  await services.connection.database.insert(owners).values({ id, tokenHash: hashToken(token) });
  return { id, token };
}

export function setOwnerCookie(context: ApiContext, token: string): void {
  setCookie(context, OWNER_COOKIE, token, {
    httpOnly: true,
    sameSite: "Lax",
    secure: requestOrigin(context.req.raw, context.var.services.settings).startsWith("https:"),
    path: "/",
    maxAge: YEAR_SECONDS,
  });
}

async function findOwner(services: Services, token: string): Promise<string | undefined> {
  const [owner] = await services.connection.database
    .select({ id: owners.id })
    .from(owners)
    .where(eq(owners.tokenHash, hashToken(token)));
  return owner?.id;
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

/** Who asks: a bearer token, the cookie, or a new owner who gets the cookie. */
export const ownerAuth: MiddlewareHandler<ApiEnvironment> = async (context, next) => {
  const { services } = context.var;
  const bearer = bearerToken(context);
  if (bearer !== undefined) {
    const ownerId = await findOwner(services, bearer);
    if (ownerId === undefined) throw new EaselError("unauthorized", "No owner has this token.");
    context.set("ownerId", ownerId);
    return next();
  }
  const cookie = getCookie(context, OWNER_COOKIE);
  assertSameOrigin(context, cookie !== undefined);
  let ownerId = cookie === undefined ? undefined : await findOwner(services, cookie);
  if (ownerId === undefined) {
    const owner = await createOwner(services);
    setOwnerCookie(context, owner.token);
    ownerId = owner.id;
  }
  context.set("ownerId", ownerId);
  return next();
};
