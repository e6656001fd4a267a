import { type ErrorCode, type Failure } from "../../contracts/errors.ts";
import { m } from "../../paraglide/messages.js";
import { baseLocale, getLocale } from "../../paraglide/runtime.js";

/** What the page tells when something failed; without a code it was made here, in the page's language. */
export type Told = Pick<Failure, "message" | "hint"> & { code?: ErrorCode };

const BY_CODE: Readonly<Record<ErrorCode, () => string>> = Object.freeze({
  invalid_request: m.error_invalid_request,
  unsupported_size: m.error_unsupported_size,
  unknown_model: m.error_unknown_model,
  model_not_installed: m.error_model_not_installed,
  model_corrupt: m.error_model_corrupt,
  download_failed: m.error_download_failed,
  quota_exceeded: m.error_quota_exceeded,
  out_of_memory: m.error_out_of_memory,
  device_lost: m.error_device_lost,
  invalid_output: m.error_invalid_output,
  no_backend: m.error_no_backend,
  interrupted: m.error_interrupted,
  timed_out: m.error_timed_out,
  worker_lost: m.error_worker_lost,
  lease_lost: m.error_lease_lost,
  queue_full: m.error_queue_full,
  rate_limited: m.error_rate_limited,
  unauthorized: m.error_unauthorized,
  forbidden: m.error_forbidden,
  not_found: m.error_not_found,
  not_ready: m.error_not_ready,
  conflict: m.error_conflict,
  idempotency_mismatch: m.error_idempotency_mismatch,
  payload_too_large: m.error_payload_too_large,
  unsupported_media: m.error_unsupported_media,
  unsafe_picture: m.error_unsafe_picture,
  storage_unavailable: m.error_storage_unavailable,
  internal: m.error_internal,
});

/** A failure in the page's language; `details`: what was said of it in English, where that is another one. */
export function failureWords({ code, message, hint }: Told): {
  message: string;
  details: string | null;
  hint: string;
} {
  const said = { message, details: null, hint: hint ?? "" };
  if (code === undefined || getLocale() === baseLocale) return said;
  return { message: BY_CODE[code](), details: [message, hint].filter(Boolean).join(" "), hint: "" };
}
