import { z } from "zod";
import { toCamel, toSnake } from "../../src/contracts/casing.ts";
import { EaselError, type Failure } from "../../src/contracts/errors.ts";
import { errorBodySchema } from "../../src/contracts/error-schema.ts";
import { FRAMED_TYPE, readFramed } from "../../src/contracts/framed-reply.ts";
import type { Progress } from "../../src/contracts/progress.ts";
import {
  claimSchema,
  leaseProgressSchema,
  type Claim,
  type ClaimInput,
  type LeaseCompleteInput,
} from "../../src/contracts/worker.ts";
import {
  seeingClaimSchema,
  type SeeingClaim,
  type SeeingClaimInput,
  type SeeingOutcome,
} from "../../src/contracts/seeing-worker-routes.ts";
import { postJson, type Reply } from "./post-json.ts";
import type { InputFiles } from "./inference/messages.ts";

/** A claim may wait on the server; everything else is answered at once, or when the server has given a store up. */
const REPLY_MILLISECONDS = 10_000;
/** For a picture's bytes on their way: a store that has gone without a word is tried again before long. */
const TRANSFER_MILLISECONDS = 60_000;

/** A claim, and what takes the files that came with it. */
export type TakenBatch = SeeingClaim & Pick<ReturnType<typeof readFramed>, "next">;

const nothing = (): never => {
  throw new EaselError("internal", "The server's claim tells of files, but none came with it.");
};

/** The worker routes of one server, spoken to with the worker token. */
export class WorkerApi {
  readonly #base: string;
  readonly #token: string;

  constructor(serverUrl: string, token: string) {
    this.#base = serverUrl.replace(/\/+$/, "");
    this.#token = token;
  }

  /** Undefined: there is no job. */
  async claim(input: ClaimInput, signal: AbortSignal): Promise<Claim | undefined> {
    const waiting = REPLY_MILLISECONDS + input.waitSeconds * 1000;
    const reply = await this.#post("/api/worker/claim", toSnake(input), waiting, signal);
    return reply === undefined ? undefined : toCamel(claimSchema.parse(reply));
  }

  /** The heartbeat. @throws EaselError lease_lost */
  async progress(leaseId: string, event: Progress | null): Promise<{ cancelled: boolean }> {
    const reply = await this.#post(`/api/worker/leases/${leaseId}/progress`, {
      event: event && toSnake(event),
    });
    return { cancelled: leaseProgressSchema.parse(reply).cancelled };
  }

  async complete(leaseId: string, input: LeaseCompleteInput): Promise<void> {
    await this.#post(`/api/worker/leases/${leaseId}/complete`, toSnake(input));
  }

  async fail(leaseId: string, error: Failure, retryable: boolean): Promise<void> {
    await this.#post(`/api/worker/leases/${leaseId}/fail`, { error: toSnake(error), retryable });
  }

  async release(leaseId: string): Promise<void> {
    await this.#post(`/api/worker/leases/${leaseId}/release`, {});
  }

  /** Undefined: there is nothing to see. `next` takes the files of those jobs that come with their bytes, in their order. */
  async claimSeeing(input: SeeingClaimInput, signal: AbortSignal): Promise<TakenBatch | undefined> {
    const waiting = REPLY_MILLISECONDS + input.waitSeconds * 1000;
    const reply = await this.#post("/api/worker/seeing/claim", toSnake(input), waiting, signal);
    if (reply === undefined) return undefined;
    const { told, next } = Buffer.isBuffer(reply)
      ? readFramed(reply as Reply["body"])
      : { told: reply, next: nothing };
    return { ...toCamel(seeingClaimSchema.parse(told)), next };
  }

  /** Jobs of the lease that are not among the outcomes are handed back. @throws EaselError lease_lost */
  async completeSeeing(leaseId: string, outcomes: readonly SeeingOutcome[]): Promise<void> {
    await this.#post(`/api/worker/seeing/${leaseId}/complete`, toSnake({ outcomes }));
  }

  async #post(
    path: string,
    input: unknown,
    milliseconds = REPLY_MILLISECONDS,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const limit = AbortSignal.timeout(milliseconds);
    const { status, contentType, body } = await postJson(
      `${this.#base}${path}`,
      { authorization: `Bearer ${this.#token}` },
      input,
      signal === undefined ? limit : AbortSignal.any([signal, limit]),
    );
    if (status === 204) return undefined;
    const isOk = status >= 200 && status < 300;
    if (isOk && contentType === FRAMED_TYPE) return body;
    const reply = jsonOf(body);
    if (isOk) return reply ?? {};
    const parsed = errorBodySchema.safeParse(reply);
    if (parsed.success) throw EaselError.fromFailure(toCamel(parsed.data.error));
    throw new EaselError("internal", `The server answered ${path} with ${status} and no reason.`);
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Gets a claim's input pictures, from where the server says. @throws EaselError storage_unavailable */
export async function getInputs({ initImage, maskImage }: Claim["inputs"]): Promise<InputFiles> {
  return {
    ...(initImage === undefined ? {} : { initImage: await getInput(initImage) }),
    ...(maskImage === undefined ? {} : { maskImage: await getInput(maskImage) }),
  };
}

/** Gets one picture's file. @throws EaselError storage_unavailable */
export async function getInput(url: string, milliseconds = TRANSFER_MILLISECONDS): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(milliseconds) });
    // What an upload may hold was checked when it was completed; its object does not change afterwards.
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new EaselError("storage_unavailable", "The object store does not give the input picture.", {
      cause,
    });
  }
  throw new EaselError(
    "storage_unavailable",
    `The object store answered the request for the input picture with ${response.status}.`,
  );
}

/**
 * Puts the picture where the claim says.
 *
 * @throws EaselError storage_unavailable where another try may help; payload_too_large, internal where none will
 */
export async function putResult(output: Claim["output"], png: Uint8Array): Promise<void> {
  if (png.byteLength > output.maxBytes) {
    throw new EaselError(
      "payload_too_large",
      `The picture has ${png.byteLength} bytes, at most ${output.maxBytes} are taken.`,
    );
  }
  const response = await fetch(output.url, {
    method: "PUT",
    headers: z.record(z.string(), z.string()).parse(output.headers),
    body: Buffer.from(png),
    signal: AbortSignal.timeout(TRANSFER_MILLISECONDS),
  }).catch((cause: unknown) => {
    throw new EaselError("storage_unavailable", "The object store does not take the picture.", { cause });
  });
  // Nobody reads the answer's body; left unread it would hold the connection.
  await response.body?.cancel();
  if (response.ok) return;
  const passing = response.status >= 500 || response.status === 429 || response.status === 408;
  throw new EaselError(
    passing ? "storage_unavailable" : "internal",
    `The object store answered the picture's upload with ${response.status}.`,
  );
}
