import fc from "fast-check";
import { expect, test } from "vitest";
import { dueNow, movedUp, secondsTillDone, type InLine, type InTime } from "./lanes.ts";

interface Entry extends InLine {
  name: number;
}

const line = fc
  .array(fc.record({ lane: fc.constantFrom("device", "server", null), started: fc.boolean() }))
  .map((entries): Entry[] => entries.map((entry, name) => ({ ...entry, name })));

const entry = (name: number, lane: InLine["lane"], started = false): Entry => ({ name, lane, started });

test("the device draws one at a time, and the server's jobs run beside it", () => {
  const entries = [
    entry(0, "device", true),
    entry(1, "device"),
    entry(2, "server"),
    entry(3, "device"),
    entry(4, "server"),
    entry(5, null),
    entry(6, "server"),
    entry(7, "server"),
  ];
  expect(dueNow(entries).map(({ name }) => name)).toEqual([2, 4, 6]);
});

test("started one by one or all at once, no lane ever holds more than its width, and nobody waits beside room", () => {
  fc.assert(
    fc.property(line, (entries) => {
      const due = new Set(dueNow(entries));
      const after = entries.map((one) => ({ ...one, started: one.started || due.has(one) }));
      for (const [lane, width] of [["device", 1] as const, ["server", 3] as const]) {
        const all = after.filter((one) => one.lane === lane);
        const before = entries.filter((one) => one.lane === lane && one.started).length;
        const expected = Math.max(before, Math.min(width, all.length));
        expect(all.filter(({ started }) => started).length).toBe(expected);
      }
      expect(dueNow(after)).toEqual([]);
    }),
  );
});

test("moved up, a picture changes places with the one that waits before it, and with no other", () => {
  const [running, first, other, last] = [
    entry(0, "device", true),
    entry(1, "device"),
    entry(2, "server", true),
    entry(3, "device"),
  ];
  expect(movedUp([running, first, other, last], last)).toEqual([running, last, other, first]);
  expect(movedUp([running, last, other, first], last)).toEqual([running, last, other, first]);
  expect(movedUp([running, first], running)).toEqual([running, first]);
});

test("no move loses or doubles a picture", () => {
  fc.assert(
    fc.property(line, fc.nat(), (entries, at) => {
      const moved = movedUp(entries, entries[at % Math.max(1, entries.length)] ?? entry(0, null));
      expect(new Set(moved)).toEqual(new Set(entries));
      expect(moved).toHaveLength(entries.length);
    }),
  );
});

test("each picture is done when those before it in its lane are; what is not known makes the rest unknown", () => {
  const timed = (lane: InLine["lane"], secondsLeft: number | null, started = false): InTime => ({
    lane,
    started,
    secondsLeft,
  });
  expect(
    secondsTillDone([
      timed("device", 4, true),
      timed("device", 10),
      timed("server", 6),
      timed("device", 10),
      timed("server", 7),
      timed("server", 8),
      timed("server", 5),
      timed(null, 3),
    ]),
  ).toEqual([4, 14, 6, 24, 7, 8, 11, null]);
  expect(secondsTillDone([timed("device", null, true), timed("device", 10), timed("server", 2)])).toEqual([
    null,
    null,
    2,
  ]);
  // One that was moved behind others and is under way all the same comes first.
  expect(secondsTillDone([timed("device", 10), timed("device", 3, true)])).toEqual([13, 3]);
});
