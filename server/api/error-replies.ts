import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ZodError } from "zod";
import {
  asFailure,
  EaselError,
  HTTP_STATUS,
  type ErrorCode,
  type Failure,
} from "../../src/contracts/errors.ts";
import { isDatabaseUnavailable } from "../db/unavailable.ts";
import type { Logger } from "../log.ts";
import type { ApiContext } from "./context.ts";
import { openAiError } from "./openai/errors.ts";
import { sdapiError } from "./sdapi/errors.ts";

/** The first thing that is wrong with the input, with the field's path. */
export function invalidInput(error: ZodError): EaselError {
  const [issue] = error.issues;
  if (issue === undefined) return new EaselError("invalid_request", "The input is not as expected.");
  const unknown = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const path = [...issue.path, ...unknown].join(".");
  const message = unknown.length > 0 ? `There is no field ${unknown[0] ?? ""}.` : issue.message;
  return new EaselError(
    "invalid_request",
    path === "" ? message : `${path}: ${message}`,
    path === "" ? {} : { path },
  );
}

const BY_STATUS: Readonly<Record<number, ErrorCode>> = Object.freeze({
  400: "invalid_request",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  413: "payload_too_large",
  415: "unsupported_media",
});

/** Postgres' errors for text with a NUL (22021; in JSON 22P05), and for JSON with half of a surrogate pair (22P02). */
const UNKEEPABLE_TEXT: ReadonlySet<unknown> = new Set(["22021", "22P05", "22P02"]);

function isUnkeepableText(error: Error): boolean {
  if ("code" in error && UNKEEPABLE_TEXT.has(error.code)) return true;
  return error.cause instanceof Error && isUnkeepableText(error.cause);
}

function failureOf(error: Error): Failure {
  if (isUnkeepableText(error)) {
    return {
      code: "invalid_request",
      message: "A text holds a character that can't be kept: a NUL, or half of a surrogate pair.",
    };
  }
  if (!(error instanceof EaselError) && isDatabaseUnavailable(error)) {
    return {
      code: "storage_unavailable",
      message: "The server's database does not answer.",
      hint: "Try again in a moment.",
    };
  }
  if (!(error instanceof HTTPException)) return asFailure(error);
  return {
    code: BY_STATUS[error.status] ?? "internal",
    message: error.message || "The request can't be used.",
  };
}

/** Where nobody knows when there is room again. */
const RETRY_AFTER_SECONDS = 10;
/** A database or an object store that is being restarted is back soon. */
const STORAGE_RETRY_AFTER_SECONDS = 2;

/** Every error as `{error: {code, message, hint?, path?}}`. What was not foreseen is logged and not told. */
export function replyError(context: ApiContext, error: Error, log: Logger): Response {
  const failure = failureOf(error);
  if (failure.code === "internal") {
    log.error({ err: error, path: context.req.path }, "A request failed.");
    return inFormOf(context, { code: "internal", message: "The server made a mistake; its log says more." });
  }
  if (["queue_full", "rate_limited", "no_backend"].includes(failure.code)) {
    context.header("Retry-After", String(context.var.retryAfterSeconds ?? RETRY_AFTER_SECONDS));
  }
  if (failure.code === "storage_unavailable") {
    log.warn(
      { err: error, path: context.req.path },
      "A request failed for want of the database or the store.",
    );
    context.header("Retry-After", String(STORAGE_RETRY_AFTER_SECONDS));
  }
  return inFormOf(context, failure);
}

/** A failure in the form of the interface that the path belongs to. */
function inFormOf(context: ApiContext, failure: Failure): Response {
  const { path } = context.req;
  const foreign = path.startsWith("/v1/")
    ? openAiError(failure)
    : path.startsWith("/sdapi/")
      ? sdapiError(failure)
      : undefined;
  if (foreign !== undefined) return context.json(foreign.body, foreign.status as ContentfulStatusCode);
  // A worker's announcement that its object does not bear out is its input's fault.
  const atWorker = failure.code === "invalid_output" && path.startsWith("/api/worker/");
  const status = atWorker ? 422 : HTTP_STATUS[failure.code];
  return context.json({ error: failure }, status as ContentfulStatusCode);
}
