import type { Camel } from "./casing.ts";

/** Every way a request can fail, as a closed list. Adding one is an ADR. */
export const ERROR_CODES = [
  "invalid_request",
  "unsupported_size",
  "unknown_model",
  "model_not_installed",
  "model_corrupt",
  "download_failed",
  "quota_exceeded",
  "out_of_memory",
  "device_lost",
  "invalid_output",
  "no_backend",
  "interrupted",
  "timed_out",
  "worker_lost",
  "lease_lost",
  "queue_full",
  "rate_limited",
  "unauthorized",
  "forbidden",
  "not_found",
  "not_ready",
  "conflict",
  "idempotency_mismatch",
  "payload_too_large",
  "unsupported_media",
  "unsafe_picture",
  "storage_unavailable",
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * What went wrong, as data: it crosses comlink, HTTP and the event stream unchanged.
 * `message` says what was expected and what came; `hint` what to do; `path` names the request's field.
 */
export interface ErrorWire {
  code: ErrorCode;
  message: string;
  hint?: string | undefined;
  path?: string | undefined;
}
export type Failure = Camel<ErrorWire>;

/** The thrown form of a {@link Failure}. Everything we throw on purpose is one of these. */
export class EaselError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly path: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    details: { hint?: string; path?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = "EaselError";
    this.code = code;
    this.hint = details.hint;
    this.path = details.path;
  }

  toFailure(): Failure {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.path === undefined ? {} : { path: this.path }),
    };
  }

  static fromFailure(failure: Failure): EaselError {
    return new EaselError(failure.code, failure.message, {
      ...(failure.hint === undefined ? {} : { hint: failure.hint }),
      ...(failure.path === undefined ? {} : { path: failure.path }),
    });
  }
}

/** Any thrown value as a {@link Failure}; what we did not foresee is `internal`. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof EaselError) return thrown.toFailure();
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: "internal", message };
}

/** The HTTP status that each code answers with. */
export const HTTP_STATUS: Readonly<Record<ErrorCode, number>> = Object.freeze({
  invalid_request: 400,
  unsupported_size: 400,
  unknown_model: 400,
  model_not_installed: 400,
  model_corrupt: 500,
  download_failed: 502,
  quota_exceeded: 507,
  out_of_memory: 500,
  device_lost: 500,
  invalid_output: 500,
  no_backend: 503,
  interrupted: 500,
  timed_out: 504,
  worker_lost: 500,
  lease_lost: 409,
  queue_full: 429,
  rate_limited: 429,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  not_ready: 409,
  conflict: 409,
  idempotency_mismatch: 422,
  payload_too_large: 413,
  unsupported_media: 415,
  unsafe_picture: 400,
  storage_unavailable: 503,
  internal: 500,
});
