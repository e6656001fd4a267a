/** This device draws one picture at a time; the server has a queue of its own and several workers. */
export type Lane = "device" | "server";

/**
 * So many pictures of one tab are under way in a lane. Each of the server's holds an event stream open, and a browser
 * opens six connections to a host over HTTP/1.1: half of them are left for everything else.
 */
const WIDTH: Readonly<Record<Lane, number>> = Object.freeze({ device: 1, server: 3 });

/** What of a drawing decides over its turn. */
export interface InLine {
  /** null: it is not known yet. */
  readonly lane: Lane | null;
  readonly started: boolean;
}

/** Those whose turn it is, in order: a full lane holds up nobody in the other. */
export function dueNow<Entry extends InLine>(entries: readonly Entry[]): Entry[] {
  const room = { ...WIDTH };
  for (const { lane, started } of entries) if (started && lane !== null) room[lane]--;
  return entries.filter(({ lane, started }) => !started && lane !== null && room[lane]-- > 0);
}

/** The same line with `entry` before the one that waits next before it; unchanged where none does. */
export function movedUp<Entry extends InLine>(entries: readonly Entry[], entry: Entry): Entry[] {
  const at = entries.indexOf(entry);
  const before = entries.findLastIndex((other, index) => index < at && !other.started);
  if (at < 0 || entry.started || before < 0) return [...entries];
  return entries.with(at, entries[before]!).with(before, entry);
}
