import { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { errorBodySchema } from "../../src/contracts/error-schema.ts";
import type { ApiEnvironment } from "./context.ts";
import { invalidInput } from "./error-replies.ts";

/** A set of routes whose input is validated from their schemas; bad input is answered with the field's path. */
export function createRoutes(): OpenAPIHono<ApiEnvironment> {
  return new OpenAPIHono<ApiEnvironment>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });
}

/** A reply of JSON, for a route's description. */
export function jsonReply<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** A body of JSON, for a route's description. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { "application/json": { schema } } };
}

/** The replies that every route may give. */
export const errorReplies = {
  default: jsonReply(errorBodySchema, "What went wrong, with a code from a closed list."),
} as const;

export const idParams = z.object({ id: z.uuid() });
