import type { SSEStreamingApi } from "hono/streaming";
import type { ProgressWire } from "../../../src/contracts/progress.ts";
import type { Services } from "../../jobs/services.ts";

const KEEP_ALIVE_MILLISECONDS = 15_000;
/** A reader who is so many words behind is not told what holds for the moment only: it would be kept in memory. */
const MOST_UNREAD = 8;

export function endsStream(event: ProgressWire): boolean {
  return event.type === "succeeded" || event.type === "failed" || event.type === "cancelled";
}

/**
 * Tells a picture's progress until it is over: what came after event number `after`, then every new event. A failed
 * picture that is drawn again goes on telling in a new stream.
 */
export async function streamEvents(
  { feeds }: Pick<Services, "feeds">,
  imageId: string,
  after: number,
  stream: SSEStreamingApi,
): Promise<void> {
  let unread = 0;
  let quietSince = Date.now();
  const write = (writing: Promise<unknown>) => {
    unread++;
    quietSince = Date.now();
    return writing.finally(() => unread--);
  };
  await stream.write("retry: 1000\n\n");
  await new Promise<void>((resolve) => {
    let over = false;
    const end = () => {
      over = true;
      stopWatching();
      resolve();
    };
    const stopWatching = feeds.watch(imageId, after, {
      tell(event, id) {
        if (over || (id === undefined && unread >= MOST_UNREAD)) return;
        over = endsStream(event);
        const data = JSON.stringify(event);
        const written = write(stream.writeSSE(id === undefined ? { data } : { id: String(id), data }));
        if (over) void written.then(end);
      },
      tick() {
        if (Date.now() - quietSince > KEEP_ALIVE_MILLISECONDS) void write(stream.write(": still here\n\n"));
      },
      end,
    });
    stream.onAbort(end);
    if (stream.aborted) end();
  });
}
