/** The framing of PostgreSQL's wire protocol 3.0 (PostgreSQL manual, chapter "Frontend/Backend Protocol"). */

const PROTOCOL_3 = 196_608;
const CANCEL_REQUEST = 80_877_102;
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;

export type FrontendMessage =
  | { kind: "startup" | "cancel" | "refuse-encryption" | "unknown-protocol"; bytes: Uint8Array }
  /** `type` is the message's letter: Q query, P parse, B bind, S sync, H flush, X terminate, ... */
  | { kind: "typed"; type: string; bytes: Uint8Array };

/** Cuts a client's byte stream into whole messages; the first ones, before the startup, carry no letter. */
export class FrontendReader {
  #buffer: Buffer = Buffer.alloc(0);
  #started = false;

  /** The messages that `chunk` completes, in order. */
  read(chunk: Uint8Array): FrontendMessage[] {
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#buffer, chunk]);
    const messages: FrontendMessage[] = [];
    for (let message = this.#next(); message !== undefined; message = this.#next()) messages.push(message);
    return messages;
  }

  #next(): FrontendMessage | undefined {
    const header = this.#started ? 5 : 4;
    if (this.#buffer.length < header) return undefined;
    const length = this.#started ? 1 + this.#buffer.readInt32BE(1) : this.#buffer.readInt32BE(0);
    if (this.#buffer.length < length || length < header) return undefined;
    const bytes = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    if (this.#started) return { kind: "typed", type: String.fromCharCode(bytes[0] ?? 0), bytes };

    const protocol = bytes.readInt32BE(4);
    if (protocol === SSL_REQUEST || protocol === GSS_REQUEST) return { kind: "refuse-encryption", bytes };
    if (protocol === CANCEL_REQUEST) return { kind: "cancel", bytes };
    if (protocol !== PROTOCOL_3) return { kind: "unknown-protocol", bytes };
    this.#started = true;
    return { kind: "startup", bytes };
  }
}

/**
 * The messages that may be handed on together: those of the extended protocol up to the Sync that asks for the answer, as
 * a client sends them for one statement; every other one alone.
 */
export function* inRuns(messages: readonly FrontendMessage[]): Generator<FrontendMessage[]> {
  let run: FrontendMessage[] = [];
  for (const message of messages) {
    const extended = message.kind === "typed" && message.type !== "X" && message.type !== "Q";
    if (!extended && run.length > 0) {
      yield run;
      run = [];
    }
    run.push(message);
    if (extended && message.type !== "S") continue;
    yield run;
    run = [];
  }
  if (run.length > 0) yield run;
}

export interface BackendSummary {
  /** I idle, T in a transaction, E in a failed one; undefined: the reply did not say. */
  transactionStatus: string | undefined;
  failed: boolean;
}

/** What the server's reply, a run of whole messages, means for the connection. */
export function summarizeReply(reply: Uint8Array): BackendSummary {
  const view = Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength);
  const summary: BackendSummary = { transactionStatus: undefined, failed: false };
  for (let at = 0; at + 5 <= view.length; at += 1 + view.readInt32BE(at + 1)) {
    const type = String.fromCharCode(view[at] ?? 0);
    if (type === "E") summary.failed = true;
    if (type === "Z") summary.transactionStatus = String.fromCharCode(view[at + 5] ?? 0);
  }
  return summary;
}

/** A message that has a letter and a body. */
export function typedMessage(type: string, body = ""): Uint8Array {
  const text = Buffer.from(body, "utf8");
  const message = Buffer.alloc(5 + text.length);
  message.write(type, 0, "latin1");
  message.writeInt32BE(4 + text.length, 1);
  text.copy(message, 5);
  return message;
}

/** The name that a Parse message gives to its statement; empty for the unnamed one. */
export function parsedStatementName(parse: Uint8Array): string {
  const end = parse.indexOf(0, 5);
  return Buffer.from(parse.subarray(5, end)).toString("utf8");
}
