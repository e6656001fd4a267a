import { EaselError } from "../contracts/errors.ts";
import type { HashAnswer, HashOrder } from "../contracts/hash-worker.ts";

interface Waiting {
  resolve: (answer: HashAnswer) => void;
  reject: (reason: unknown) => void;
}

/** The thread that hashes for this worker; made with the first file. */
let thread: Worker | undefined;
let files = 0;
/** By file: who waits for an answer, in the order of asking. */
const waiting = new Map<number, Waiting[]>();

/** The SHA-256 of a file whose bytes pass by, taken in a thread of its own while the next ones are written. */
export class PassingHash {
  readonly #file = files++;

  /**
   * Begins anew.
   * @param state of a half-finished hash, to go on from
   * @returns whether it could be used; otherwise it has begun at nothing
   */
  async begin(state: Uint8Array | null = null): Promise<boolean> {
    const answered = await this.#ask({ do: "begin", file: this.#file, state });
    return answered.answer === "begun" && answered.usable;
  }

  /** Takes the bytes away: their array is empty afterwards. */
  update(bytes: Uint8Array<ArrayBuffer>): void {
    // A view of a larger buffer would take the rest away too.
    const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
    send({ do: "update", file: this.#file, bytes: own }, [own.buffer]);
  }

  /** The half-finished hash of all bytes so far. */
  async save(): Promise<Uint8Array> {
    const answered = await this.#ask({ do: "save", file: this.#file });
    if (answered.answer !== "state")
      throw new Error(`A hash's state was asked for, ${answered.answer} came.`);
    return answered.state;
  }

  /** Lower-case hex; nothing can be added after it. */
  async digest(): Promise<string> {
    const answered = await this.#ask({ do: "digest", file: this.#file });
    if (answered.answer !== "digest") throw new Error(`A hash was asked for, ${answered.answer} came.`);
    return answered.sha256;
  }

  drop(): void {
    send({ do: "drop", file: this.#file });
  }

  #ask(order: HashOrder): Promise<HashAnswer> {
    return new Promise((resolve, reject) => {
      waiting.set(this.#file, [...(waiting.get(this.#file) ?? []), { resolve, reject }]);
      send(order);
    });
  }
}

function send(order: HashOrder, transfer: Transferable[] = []): void {
  thread ??= start();
  thread.postMessage(order, transfer);
}

function start(): Worker {
  const worker = new Worker(new URL("../../workers/hash/main.ts", import.meta.url), {
    type: "module",
    name: "easel-hash",
  });
  worker.onmessage = ({ data }: MessageEvent<HashAnswer>) => waiting.get(data.file)?.shift()?.resolve(data);
  worker.onerror = ({ message }) => {
    worker.terminate();
    thread = undefined;
    const reason = new EaselError("internal", `What hashes the model's files has ended: ${message}`, {
      hint: "Try the download again: what has come is kept.",
    });
    for (const waiters of waiting.values()) for (const { reject } of waiters.splice(0)) reject(reason);
  };
  return worker;
}
