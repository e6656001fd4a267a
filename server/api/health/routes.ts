import { sql } from "drizzle-orm";
import { Hono } from "hono";
import type { ApiEnvironment } from "../context.ts";

/** /health: the process answers. /ready: the database and the object store do too. */
export const healthRoutes = new Hono<ApiEnvironment>()
  .get("/health", (context) => context.json({ status: "ok" }))
  .get("/ready", async (context) => {
    const { services } = context.var;
    const checks = {
      database: services.connection.database.execute(sql`select 1`),
      storage: services.store.check(),
    };
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        const problem = await check.then(
          () => undefined,
          (error: unknown) => error,
        );
        if (problem !== undefined) services.log.warn({ err: problem, check: name }, "Not ready.");
        return [name, problem === undefined ? "ok" : "failing"] as const;
      }),
    );
    const ready = results.every(([, state]) => state === "ok");
    return context.json(
      { status: ready ? "ok" : "failing", ...Object.fromEntries(results) },
      ready ? 200 : 503,
    );
  });
