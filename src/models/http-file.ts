import { EaselError } from "../contracts/errors.ts";

/** What failed may work in a moment: the connection broke, or the server is busy. */
export class TransientFailure extends Error {
  readonly failure: EaselError;
  /** How long the server asks us to wait, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(failure: EaselError, retryAfter?: number) {
    super(failure.message, { cause: failure });
    this.failure = failure;
    this.retryAfter = retryAfter;
  }
}

export interface Resumption {
  /** The bytes that are here already. */
  offset: number;
  /** The strong ETag that they came with. */
  etag: string | null;
  /** The size that the whole file should have. */
  size: number;
  /** Whether a hash published beforehand will tell a wrong mixture of bytes. */
  hashKnown: boolean;
}

export interface OpenBody {
  body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The first byte's place in the file: 0 where the server sends everything again. */
  offset: number;
  etag: string | null;
}

/**
 * Asks for the rest of a file. Every request has a Range, the first too: whoever answers 200 can't resume. The ETag
 * of the answer is compared here instead of in an If-Range, a header for which a browser would first ask another
 * origin's permission (a preflight, which the hosts behind a hub's redirect need not answer).
 * @throws TransientFailure where another try may help, and when aborted; EaselError `download_failed`, `forbidden`,
 *   `model_corrupt` where none will.
 */
export async function openHttpFile(
  signal: AbortSignal,
  url: string,
  headers: Readonly<Record<string, string>>,
  resumption: Resumption,
): Promise<OpenBody> {
  // Of what lies on this machine there is nothing to resume from the start, and Node counts such a range wrongly.
  const whole = resumption.offset === 0 && url.startsWith("blob:");
  const range: Record<string, string> = whole ? {} : { Range: `bytes=${resumption.offset}-` };
  const response = await request(signal, url, { ...headers, ...range });
  try {
    return await readHead(response, url, resumption, () =>
      openHttpFile(signal, url, headers, { ...resumption, offset: 0, etag: null }),
    );
  } catch (thrown) {
    await response.body?.cancel().catch(() => undefined);
    throw thrown;
  }
}

async function readHead(
  response: Response,
  url: string,
  { offset, etag, size, hashKnown }: Resumption,
  startOver: () => Promise<OpenBody>,
): Promise<OpenBody> {
  // The file is shorter than what is here, or the server can't send a part of it.
  if (response.status === 416 && offset > 0) return startOver();
  if (response.status !== 200 && response.status !== 206) throw refusal(response, url);
  const type = response.headers.get("content-type") ?? "";
  if (response.body === null || /^text\/html\b/i.test(type)) {
    throw wrongFile(url, "a file of the model", `a page (${type})`);
  }
  const range = readRange(response, offset);
  const came = strongEtag(response);
  const total = range?.total ?? (response.status === 200 ? lengthOf(response) : undefined);
  if (total !== undefined && total !== size) throw wrongFile(url, `${size} bytes`, `${total} bytes`);
  if (response.status === 200) return { body: response.body, offset: 0, etag: came };

  const same = etag !== null && came !== null ? etag === came : hashKnown;
  if (range === undefined || range.start !== offset || (offset > 0 && !same)) {
    if (offset === 0) throw wrongFile(url, "the bytes that were asked for", "another range of it");
    await response.body.cancel();
    return startOver();
  }
  return { body: response.body, offset, etag: came };
}

async function request(signal: AbortSignal, url: string, headers: Record<string, string>): Promise<Response> {
  try {
    // Gigabytes need no second copy in the browser's cache.
    return await fetch(url, { signal, headers, cache: "no-store" });
  } catch (cause) {
    if (url.startsWith("blob:")) throw leftDisk(cause);
    throw brokenOff(url, cause);
  }
}

/** A file of the user's disk is at hand as long as the page that it was given to. */
function leftDisk(cause: unknown): EaselError {
  return new EaselError("download_failed", "The model's files on this device are not at hand any more.", {
    hint: "Choose the folder or the zip again: what is already copied is kept.",
    cause,
  });
}

/** A connection that could not be made, or broke. */
export function brokenOff(url: string, cause: unknown): TransientFailure {
  return new TransientFailure(
    new EaselError("download_failed", `${url} could not be downloaded: ${String(cause)}.`, {
      hint: "Look at the connection and try again; what is already here is kept.",
      cause,
    }),
  );
}

/** Another file than the one that was announced: nothing of it is kept. */
export function wrongFile(url: string, expected: string, came: string): EaselError {
  return new EaselError("model_corrupt", `${url} should be ${expected}, but is ${came}.`, {
    hint: "Nothing of it was kept: try again. If it happens again, the server's copy is damaged.",
  });
}

function refusal(response: Response, url: string): EaselError | TransientFailure {
  const { status } = response;
  const message = `${url} should be a file of the model, but the server answered ${status}.`;
  if (status === 401 || status === 403) {
    return new EaselError("forbidden", message, {
      hint: "Accept the model's terms on the hub, and give a token of your account there.",
    });
  }
  const failure = new EaselError("download_failed", message, {
    hint: "Try again; what has been downloaded is kept.",
  });
  const transient = status === 408 || status === 425 || status === 429 || status >= 500;
  return transient ? new TransientFailure(failure, retryAfter(response.headers)) : failure;
}

/** Retry-After is a number of seconds or a date (RFC 9110, section 10.2.3). @returns milliseconds from now */
export function retryAfter(headers: Headers, now = Date.now()): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

/** A weak ETag promises the same meaning, not the same bytes. */
function strongEtag(response: Response): string | null {
  const etag = response.headers.get("etag");
  return etag === null || etag.startsWith("W/") ? null : etag;
}

/** Where Content-Range is kept from us (another origin's answer shows only some headers), the asked-for start is meant. */
function readRange(response: Response, asked: number): { start: number; total?: number } | undefined {
  if (response.status !== 206) return undefined;
  const header = response.headers.get("content-range");
  if (header === null) {
    const length = lengthOf(response);
    return length === undefined ? { start: asked } : { start: asked, total: asked + length };
  }
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header);
  if (match === null) return undefined;
  const start = Number(match[1]);
  return match[2] === "*" ? { start } : { start, total: Number(match[2]) };
}

/** Unless the body is compressed, when Content-Length counts other bytes than ours. */
function lengthOf(response: Response): number | undefined {
  const length = response.headers.get("content-length");
  return length === null || response.headers.has("content-encoding") ? undefined : Number(length);
}
