import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Services } from "../jobs/services.ts";

/** What every route finds in its context. */
export interface ApiEnvironment {
  Bindings: HttpBindings;
  Variables: {
    services: Services;
    ownerId: string;
    /** Set where a refusal knows when it ends. */
    retryAfterSeconds: number | undefined;
  };
}

export type ApiContext = Context<ApiEnvironment>;
