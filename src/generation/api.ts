import type { z } from "zod";
import { EaselError } from "../contracts/errors.ts";
import { toCamel, type Camel } from "../contracts/casing.ts";

/** A call that the server has not begun to answer after this long has failed. */
const ANSWER_MILLISECONDS = 20_000;

/** The server is not there, or something between us and it is broken. */
export function serverDown(cause: unknown): EaselError {
  const offline = typeof navigator !== "undefined" && navigator.onLine === false;
  return new EaselError(
    "no_backend",
    offline ? "There is no network, so the server can't be reached." : "The server does not answer.",
    {
      hint: "Choose This device to draw without it, or try again in a moment.",
      cause,
    },
  );
}

/**
 * One call of our own API, owner's cookie included.
 * @throws EaselError as the server sent it; `no_backend` where it does not answer; the signal's reason when aborted.
 */
export async function callApi(path: string, init: RequestInit = {}): Promise<Response> {
  const signal = init.signal ?? undefined;
  const unanswered = new AbortController();
  const timer = setTimeout(() => unanswered.abort(), ANSWER_MILLISECONDS);
  let response: Response;
  try {
    const either = signal === undefined ? unanswered.signal : AbortSignal.any([signal, unanswered.signal]);
    response = await fetch(path, { credentials: "same-origin", ...init, signal: either });
  } catch (thrown) {
    if (signal?.aborted) throw interrupted();
    throw serverDown(thrown);
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok) throw await readError(response);
  return response;
}

/** The body of an answer, checked against the contract and in TypeScript's casing. */
export async function readJson<Schema extends z.ZodType>(
  response: Response,
  schema: Schema,
): Promise<Camel<z.infer<Schema>>> {
  const parsed = schema.safeParse(await response.json().catch(() => null));
  if (!parsed.success) {
    throw new EaselError(
      "internal",
      `The server's answer to ${new URL(response.url).pathname} is not as agreed.`,
      {
        hint: "Reload the page: it may be older than the server.",
        cause: parsed.error,
      },
    );
  }
  return toCamel(parsed.data);
}

export function interrupted(): EaselError {
  return new EaselError("interrupted", "Cancelled.");
}

/** A failed answer as an error; a proxy's or a crashed server's page is `no_backend`. */
async function readError(response: Response): Promise<EaselError> {
  const body: unknown = await response.json().catch(() => null);
  const down = response.status >= 502 && response.status <= 504;
  if (body === null && down) return serverDown(undefined);
  const { errorBodySchema } = await import("../contracts/error-schema.ts");
  const parsed = errorBodySchema.safeParse(body);
  if (parsed.success) return EaselError.fromFailure(parsed.data.error);
  if (down) return serverDown(undefined);
  return new EaselError("internal", `The server answered ${response.status} ${response.statusText}.`.trim(), {
    hint: "Try again; if it stays so, its log says why.",
  });
}
