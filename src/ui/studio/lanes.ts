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

/** What of a drawing decides over when it is done. */
export interface InTime extends InLine {
  /** What it takes yet once it has its turn, in seconds; null where nothing tells. */
  readonly secondsLeft: number | null;
}

/** When each is done, in seconds from now, each lane drawing as many at once as it does; null where nothing tells. */
export function secondsTillDone(entries: readonly InTime[]): (number | null)[] {
  // When each place of a lane is free again; null: nobody knows.
  const free: Record<Lane, (number | null)[]> = { device: [], server: [] };
  const done = new Map<InTime, number | null>();
  const inTurn = [...entries.filter(({ started }) => started), ...entries.filter(({ started }) => !started)];
  for (const entry of inTurn) {
    const { lane, secondsLeft } = entry;
    if (lane === null) continue;
    const places = free[lane];
    const begins = entry.started || places.length < WIDTH[lane] ? 0 : takeFirstFree(places);
    const ends = begins === null || secondsLeft === null ? null : begins + secondsLeft;
    places.push(ends);
    done.set(entry, ends);
  }
  return entries.map((entry) => done.get(entry) ?? null);
}

/** Where one of the places can't be told, neither can which is free first. */
function takeFirstFree(places: (number | null)[]): number | null {
  if (places.includes(null)) return null;
  const first = Math.min(...places.map(Number));
  places.splice(places.indexOf(first), 1);
  return first;
}
