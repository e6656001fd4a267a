import { createRoute } from "@hono/zod-openapi";
import { gt, count, sql } from "drizzle-orm";
import { z } from "zod";
import { SEEING_TASKS, type SeeingTask } from "../../../src/contracts/prediction.ts";
import { workers } from "../../db/schema.ts";
import { WORKER_LIVE_SECONDS } from "../../jobs/queue-position.ts";
import type { Services } from "../../jobs/services.ts";
import { createRoutes, jsonReply } from "../routes.ts";

const state = z.enum(["ok", "failing"]);
const readySchema = z.object({
  status: state,
  database: state,
  storage: state,
  /** Those that were heard of within a minute. */
  workers: z.number().int(),
  /** How many of them have loaded a model for each task of seeing. */
  seeing: z.partialRecord(z.enum(SEEING_TASKS), z.number().int()),
});

const healthRoute = createRoute({
  method: "get",
  path: "/health",
  summary: "Whether the process answers",
  responses: { 200: jsonReply(z.object({ status: z.literal("ok") }), "It does.") },
});

const readyRoute = createRoute({
  method: "get",
  path: "/ready",
  summary: "Whether database and object store answer and a worker is live, with what it sees with loaded",
  responses: {
    200: jsonReply(readySchema, "They do."),
    503: jsonReply(readySchema, "One of them does not."),
  },
});

async function stateOf(services: Services, name: string, check: Promise<unknown>): Promise<"ok" | "failing"> {
  try {
    await check;
    return "ok";
  } catch (error) {
    services.log.warn({ err: error, check: name }, "Not ready.");
    return "failing";
  }
}

async function liveWorkers({ connection }: Services): Promise<number> {
  const [live] = await connection.database
    .select({ count: count() })
    .from(workers)
    .where(gt(workers.lastSeenAt, sql`now() - ${WORKER_LIVE_SECONDS} * interval '1 second'`));
  return live?.count ?? 0;
}

/** What /ready says, or said less than a second ago. */
interface Look {
  /** `performance.now()` when it began. */
  at: number;
  told: Promise<z.infer<typeof readySchema>>;
}

/** Everybody may ask, as often as they like: database and store are looked at once a second, whoever asks. */
const LOOK_MILLISECONDS = 1000;
const looks = new WeakMap<Services, Look>();

function lastLook(services: Services): Look["told"] {
  const last = looks.get(services);
  if (last !== undefined && performance.now() - last.at < LOOK_MILLISECONDS) return last.told;
  const told = look(services);
  looks.set(services, { at: performance.now(), told });
  return told;
}

async function look(services: Services): Look["told"] {
  let live = 0;
  let seeing: Partial<Record<SeeingTask, number>> = {};
  const counted = Promise.all([
    liveWorkers(services).then((found) => (live = found)),
    services.seeingPresence.count().then((found) => (seeing = found)),
  ]);
  const [database, storage] = await Promise.all([
    stateOf(services, "database", counted),
    stateOf(services, "storage", services.store.check()),
  ]);
  // A model that was added and can't be loaded takes nobody out: that a worker sees at all is enough.
  const sees = Object.keys(seeing).length > 0;
  const ready = database === "ok" && storage === "ok" && live > 0 && sees;
  return { status: ready ? "ok" : "failing", database, storage, workers: live, seeing };
}

/**
 * /health: the process answers. /ready: pictures can be drawn and seen: database, object store and a worker are there,
 * and what a worker sees with is loaded.
 */
export const healthRoutes = createRoutes()
  .openapi(healthRoute, (context) => context.json({ status: "ok" } as const, 200))
  .openapi(readyRoute, async (context) => {
    const told = await lastLook(context.var.services);
    return context.json(told, told.status === "ok" ? 200 : 503);
  });
