import type { ProgressWire } from "../../src/contracts/progress.ts";
import type { OwnerClient } from "./test-server.ts";

export interface ReadEvent {
  id: number | undefined;
  event: ProgressWire;
}

/** Reads a picture's event stream until it ends, or until `enough` says so (then it is hung up). */
export async function readEvents(
  owner: OwnerClient,
  imageId: string,
  options: { lastEventId?: number; enough?: (events: ReadEvent[]) => boolean } = {},
): Promise<ReadEvent[]> {
  const headers: Record<string, string> = {};
  if (options.lastEventId !== undefined) headers["last-event-id"] = String(options.lastEventId);
  const response = await owner.call("GET", `/api/generated-images/${imageId}/events`, undefined, headers);
  if (response.status !== 200 || response.body === null)
    throw new Error(`The stream was answered with ${response.status}.`);
  const events: ReadEvent[] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const data = /^data: ?(.*)$/m.exec(block)?.[1];
      if (data === undefined) continue;
      const id = /^id: ?(\d+)$/m.exec(block)?.[1];
      events.push({ id: id === undefined ? undefined : Number(id), event: JSON.parse(data) as ProgressWire });
    }
    if (options.enough?.(events) === true) break;
  }
  return events;
}
