import { AsyncLocalStorage } from "node:async_hooks";
import { pino, stdSerializers, type Logger } from "pino";

export type { Logger };

/** The request on whose behalf something is done: everything that is logged within carries it. */
export const requestScope = new AsyncLocalStorage<{ request: string }>();

/**
 * An error as it is logged. drizzle's errors hold a query's parameters, in their message and stack too, and prompts are
 * among them: of those the driver's own error is told, and the query without its parameters.
 */
export function loggedError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (!("query" in error && "params" in error)) return stdSerializers.err(error);
  const cause = error.cause instanceof Error ? error.cause : new Error("A query failed.");
  const code = "code" in cause ? cause.code : undefined;
  return { type: cause.name, message: cause.message, stack: cause.stack, code, query: error.query };
}

/** One JSON line an event on standard error; standard output belongs to the lines meant for people. */
export function createLog(
  level: string,
  part: string,
  destination: { write(line: string): void } = pino.destination({ dest: 2, sync: true }),
): Logger {
  const serializers = { err: loggedError };
  return pino(
    { level, base: { part }, serializers, mixin: () => ({ ...requestScope.getStore() }) },
    destination,
  );
}
