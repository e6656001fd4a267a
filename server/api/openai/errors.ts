import type { z } from "zod";
import { HTTP_STATUS, type ErrorCode, type Failure } from "../../../src/contracts/errors.ts";
import type { openAiErrorBodySchema } from "../../../src/contracts/openai-images.ts";

/** Where OpenAI's interface answers with another status, or has a code of its own that clients look for. */
const OWN: Partial<Record<ErrorCode, { status?: number; code?: string }>> = {
  unknown_model: { status: 404, code: "model_not_found" },
  unauthorized: { code: "invalid_api_key" },
  rate_limited: { code: "rate_limit_exceeded" },
  interrupted: { status: 400 },
};

function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** A failure as OpenAI's interface tells it: {error: {message, type, param, code}}. */
export function openAiError(failure: Failure): {
  status: number;
  body: z.infer<typeof openAiErrorBodySchema>;
} {
  const own = OWN[failure.code];
  const status = own?.status ?? HTTP_STATUS[failure.code];
  const message = failure.hint === undefined ? failure.message : `${failure.message} ${failure.hint}`;
  return {
    status,
    body: {
      error: {
        message,
        type: typeOf(status),
        param: failure.path ?? null,
        code: own?.code ?? failure.code,
      },
    },
  };
}
