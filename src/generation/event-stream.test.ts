import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventStreamParser } from "./event-stream.ts";

const read = (...pieces: string[]) => {
  const parser = new EventStreamParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

describe("text/event-stream", () => {
  it("reads id, event and data; lines of data are joined", () => {
    expect(read('id: 7\nevent: progress\ndata: {"a":\ndata: 1}\n\n')).toEqual([
      { id: "7", event: "progress", data: '{"a":\n1}' },
    ]);
  });

  it("keeps the last id for events without one, such as previews", () => {
    expect(read("id: 3\ndata: a\n\ndata: b\n\n").map(({ id }) => id)).toEqual(["3", "3"]);
  });

  it("passes over comments, unknown fields and events without data", () => {
    expect(read(": keep-alive\n\nnonsense: 1\nevent: empty\n\ndata:x\n\n")).toEqual([
      { id: "", event: "message", data: "x" },
    ]);
  });

  it("takes the server's pause before a reconnection, digits only", () => {
    const parser = new EventStreamParser();
    parser.push("retry: soon\n\n");
    expect(parser.retry).toBeNull();
    parser.push("retry: 1500\n\n");
    expect(parser.retry).toBe(1500);
  });

  it("leaves an event that was cut off by the end of the connection unsaid", () => {
    expect(read("data: whole\n\ndata: ha")).toEqual([{ id: "", event: "message", data: "whole" }]);
  });

  it("reads the same events wherever the pieces end, with LF, CR and CR LF", () => {
    const events = ["id: 1", "data: eins", "", "id: 2", "data: zwei", "data:", "", ": hush", "data: 三", ""];
    const expected = [
      { id: "1", event: "message", data: "eins" },
      { id: "2", event: "message", data: "zwei\n" },
      { id: "2", event: "message", data: "三" },
    ];
    fc.assert(
      fc.property(
        fc.constantFrom("\n", "\r", "\r\n"),
        fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 12 }),
        (end, cuts) => {
          const text = events.map((line) => line + end).join("");
          const sorted = [0, ...cuts.filter((cut) => cut < text.length), text.length].sort((a, b) => a - b);
          const pieces = sorted.slice(1).map((cut, index) => text.slice(sorted[index], cut));
          expect(read(...pieces)).toEqual(expected);
        },
      ),
    );
  });
});
