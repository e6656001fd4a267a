import { toCamel } from "../contracts/casing.ts";
import { progressSchema, type Progress } from "../contracts/progress.ts";
import { callApi, interrupted, serverDown } from "./api.ts";
import { EventStreamParser } from "./event-stream.ts";
import { EaselError } from "../contracts/errors.ts";

/** So many connections in a row that brought nothing, and the server counts as gone. */
const MAX_EMPTY_CONNECTIONS = 6;
const FIRST_PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 5_000;

/**
 * The progress of one picture on the server, from its present state to its end. A broken connection is taken up
 * again after the last event seen (Last-Event-ID), so that none is missed or told twice (R25).
 * @throws EaselError `no_backend` where the server stays away, `interrupted` when aborted.
 */
export async function* followEvents(path: string, signal: AbortSignal): AsyncGenerator<Progress<string>> {
  let lastEventId = "";
  let empty = 0;
  let pause = FIRST_PAUSE_MILLISECONDS;
  while (empty < MAX_EMPTY_CONNECTIONS) {
    const parser = new EventStreamParser();
    let heard = false;
    try {
      for await (const piece of connect(path, lastEventId, signal)) {
        for (const event of parser.push(piece)) {
          if (event.id !== "") lastEventId = event.id;
          const progress = readProgress(event.data);
          if (progress === null) continue;
          heard = true;
          yield progress;
          if (isEnd(progress)) return;
        }
      }
    } catch (thrown) {
      if (signal.aborted) throw interrupted();
      // The server said no: asking again would not change its mind. A broken connection is worth another try.
      if (thrown instanceof EaselError && thrown.code !== "no_backend") throw thrown;
    }
    empty = heard ? 0 : empty + 1;
    pause = heard ? FIRST_PAUSE_MILLISECONDS : Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS);
    await waitOrAbort(parser.retry ?? pause, signal);
  }
  throw serverDown(undefined);
}

async function* connect(path: string, lastEventId: string, signal: AbortSignal): AsyncGenerator<string> {
  const headers: Record<string, string> = { Accept: "text/event-stream" };
  if (lastEventId !== "") headers["Last-Event-ID"] = lastEventId;
  const response = await callApi(path, { headers, signal, cache: "no-store" });
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Events of a newer server that we do not know are passed over. */
function readProgress(data: string): Progress<string> | null {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return null;
  }
  const parsed = progressSchema.safeParse(json);
  return parsed.success ? toCamel(parsed.data) : null;
}

function isEnd(progress: Progress<string>): boolean {
  return progress.type === "succeeded" || progress.type === "failed" || progress.type === "cancelled";
}

function waitOrAbort(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(interrupted());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
