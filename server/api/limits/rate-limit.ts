import { sql } from "drizzle-orm";
import type { MiddlewareHandler } from "hono";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { Database } from "../../db/connect.ts";
import { rateLimits } from "../../db/schema.ts";
import type { ApiContext, ApiEnvironment } from "../context.ts";
import { clientAddress } from "./client-address.ts";

const WINDOW_SECONDS = 60;

/**
 * Takes one request of `perMinute` from a key's allowance, which fills up again evenly. Answers undefined, or the
 * seconds until the next one is there. The generic cell rate algorithm (ITU-T I.371): one moment a key is its whole
 * state, so one statement counts and decides, on however many API servers.
 */
export async function takeOne(
  database: Database,
  key: string,
  perMinute: number,
): Promise<number | undefined> {
  const cost = sql`${WINDOW_SECONDS / perMinute} * interval '1 second'`;
  const restored = sql`greatest(${rateLimits.restoredAt}, now()) + ${cost}`;
  const taken = await database
    .insert(rateLimits)
    .values({ key, restoredAt: sql`now() + ${cost}` })
    .onConflictDoUpdate({
      target: rateLimits.key,
      set: { restoredAt: restored },
      setWhere: sql`${restored} <= now() + ${WINDOW_SECONDS} * interval '1 second'`,
    })
    .returning({ key: rateLimits.key });
  if (taken.length === 1) return undefined;
  const [state] = await database
    .select({
      seconds: sql<number>`extract(epoch from ${restored} - now())::float8 - ${WINDOW_SECONDS}::float8`,
    })
    .from(rateLimits)
    .where(sql`${rateLimits.key} = ${key}`);
  return Math.max(1, Math.ceil(state?.seconds ?? 1));
}

async function limit(context: ApiContext, key: string, perMinute: number, whose: string): Promise<void> {
  if (perMinute === 0) return;
  const wait = await takeOne(context.var.services.connection.database, key, perMinute);
  if (wait === undefined) return;
  context.set("retryAfterSeconds", wait);
  throw new EaselError("rate_limited", `More than ${perMinute} requests a minute came from this ${whose}.`, {
    hint: `Try again in ${wait} s.`,
  });
}

/** @throws EaselError rate_limited */
export function limitOwner(context: ApiContext, ownerId: string): Promise<void> {
  return limit(context, `owner ${ownerId}`, context.var.services.settings.RATE_PER_OWNER, "owner");
}

/** Where a request comes from, for its rate limit and for guests without a key. */
export function addressOf(context: ApiContext): string {
  return clientAddress(
    context.env.incoming.socket.remoteAddress ?? "",
    context.req.header("x-forwarded-for"),
    context.var.services.settings.TRUSTED_PROXIES,
  );
}

/**
 * Counts every request under the address that it comes from; a worker's are not counted: it beats every two seconds
 * and shows its token.
 */
export const limitAddress: MiddlewareHandler<ApiEnvironment> = async (context, next) => {
  if (context.req.path.startsWith("/api/worker/")) return next();
  const { RATE_PER_ADDRESS } = context.var.services.settings;
  await limit(context, `address ${addressOf(context)}`, RATE_PER_ADDRESS, "network address");
  await next();
};
