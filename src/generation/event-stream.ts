/** One event of a text/event-stream, as the WHATWG's HTML standard (section 9.2) reads it. */
export interface StreamEvent {
  /** The `id` in force when the event ended: the last one sent, not only this event's own. */
  id: string;
  event: string;
  data: string;
}

/** Reads a text/event-stream piece by piece; pieces may end anywhere, also inside a line. */
export class EventStreamParser {
  #rest = "";
  #id = "";
  #event = "";
  #data: string[] = [];
  #afterCarriageReturn = false;
  /** The pause before a reconnection that the server asked for, in milliseconds. */
  retry: number | null = null;

  push(piece: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    let text = this.#rest + piece;
    // CR LF is one end of line, also where the two arrive in different pieces.
    if (this.#afterCarriageReturn && text.startsWith("\n")) text = text.slice(1);
    if (text !== "") this.#afterCarriageReturn = false;
    for (;;) {
      const end = text.search(/[\r\n]/);
      if (end < 0) break;
      const line = text.slice(0, end);
      if (text[end] === "\r" && end + 1 === text.length) this.#afterCarriageReturn = true;
      text = text.slice(text.startsWith("\r\n", end) ? end + 2 : end + 1);
      const event = this.#line(line);
      if (event !== null) events.push(event);
    }
    this.#rest = text;
    return events;
  }

  #line(line: string): StreamEvent | null {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    if (field === "event") this.#event = value;
    if (field === "id" && !value.includes("\0")) this.#id = value;
    if (field === "retry" && /^\d+$/.test(value)) this.retry = Number(value);
    return null;
  }

  #dispatch(): StreamEvent | null {
    const data = this.#data;
    const event = this.#event;
    this.#data = [];
    this.#event = "";
    if (data.length === 0) return null;
    return { id: this.#id, event: event === "" ? "message" : event, data: data.join("\n") };
  }
}
