import type pg from "pg";
import { pause } from "../pause.ts";
import { WatchedClient } from "./watched-client.ts";

const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 5000;
/** A session that only listens would never notice that its connection is half-open: it asks now and then. */
const SIGN_OF_LIFE_MILLISECONDS = 30_000;

/**
 * Hears NOTIFY on a channel, by a session of its own that is made anew when it breaks. What is notified in between is
 * not heard: whoever waits must look by itself too. Rejects where the first session can't be made.
 *
 * @returns ends it
 */
export async function listen(
  options: pg.ClientConfig,
  channel: string,
  onPayload: (payload: string) => void,
): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  let client: pg.Client | undefined;
  let signsOfLife: NodeJS.Timeout | undefined;

  const open = async () => {
    const next = new WatchedClient(options);
    next.on("notification", ({ payload }) => onPayload(payload ?? ""));
    next.once("end", () => {
      clearInterval(signsOfLife);
      if (next === client) void reopen();
    });
    try {
      await next.connect();
      await next.query(`listen ${next.escapeIdentifier(channel)}`);
    } catch (error) {
      await next.end();
      throw error;
    }
    client = next;
    signsOfLife = setInterval(() => void next.query("select 1").catch(() => {}), SIGN_OF_LIFE_MILLISECONDS);
  };
  const reopen = async () => {
    client = undefined;
    for (let wait = FIRST_PAUSE_MILLISECONDS; !stopping.signal.aborted; wait = longer(wait)) {
      await pause(wait, stopping.signal);
      if (stopping.signal.aborted) return;
      const opened = await open().then(
        () => true,
        () => false,
      );
      if (opened) break;
    }
  };

  await open();
  return async () => {
    stopping.abort();
    const last = client;
    client = undefined;
    await last?.end();
  };
}

function longer(wait: number): number {
  return Math.min(wait * 2, LONGEST_PAUSE_MILLISECONDS);
}
