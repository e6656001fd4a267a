import type { z } from "zod";
import { HTTP_STATUS, type Failure } from "../../../src/contracts/errors.ts";
import type { sdapiErrorBodySchema } from "../../../src/contracts/sdapi.ts";

/** A failure as AUTOMATIC1111's interface tells it: {error, detail, body, errors}. */
export function sdapiError(failure: Failure): { status: number; body: z.infer<typeof sdapiErrorBodySchema> } {
  return {
    status: HTTP_STATUS[failure.code],
    body: { error: failure.code, detail: failure.message, body: "", errors: failure.hint ?? "" },
  };
}
