import { once } from "node:events";
import { WebSocket } from "ws";

interface Waiting {
  resolve: (result: Record<string, unknown>) => void;
  reject: (reason: Error) => void;
}

type OnEvent = (method: string, params: Record<string, unknown>) => void;

/** A connection to a browser by W3C WebDriver BiDi: commands with answers, and events. */
export class BidiConnection {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onEvent: OnEvent;
  #lastId = 0;

  private constructor(socket: WebSocket, onEvent: OnEvent) {
    this.#socket = socket;
    this.#onEvent = onEvent;
    socket.on("message", (data: Buffer) => this.#hear(JSON.parse(String(data)) as BidiMessage));
    socket.on("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("The browser ended the connection."));
    });
  }

  /** @param onEvent hears what was subscribed to with `session.subscribe` */
  static async open(url: string, onEvent: OnEvent): Promise<BidiConnection> {
    const socket = new WebSocket(url);
    await once(socket, "open");
    return new BidiConnection(socket, onEvent);
  }

  /** @throws Error in the browser's words where it refuses */
  async send(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  #hear(message: BidiMessage): void {
    if (message.type === "event") return this.#onEvent(message.method, message.params);
    const waiting = this.#waiting.get(message.id ?? 0);
    this.#waiting.delete(message.id ?? 0);
    if (message.type === "success") waiting?.resolve(message.result);
    else waiting?.reject(new Error(`WebDriver BiDi refused: ${message.error}: ${message.message}`));
  }
}

type BidiMessage =
  | { type: "event"; method: string; params: Record<string, unknown> }
  | { type: "success"; id: number; result: Record<string, unknown> }
  | { type: "error"; id: number | null; error: string; message: string };
