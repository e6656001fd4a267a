import { connect, createServer, type Socket } from "node:net";
import { once } from "node:events";

/**
 * What the way to a server does:
 * - `pass`: forwards
 * - `slow`: forwards each piece after `SLOW_MILLISECONDS`
 * - `stall`: keeps everything back until it passes again; nothing is closed
 * - `half-open`: loses every connection that was or is made meanwhile, for good and without a word: what is sent on
 *   it goes nowhere, and neither side is told
 * - `refuse`: resets every connection
 * - `unavailable`: answers as an HTTP server that has no time: 503
 */
export type Fault = "pass" | "slow" | "stall" | "half-open" | "refuse" | "unavailable";

const SLOW_MILLISECONDS = 300;
const NO_TIME = "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n";

class Line {
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #kept: (() => void)[] = [];
  #dead = false;

  constructor(near: Socket, far: Socket, fault: () => Fault) {
    this.#near = near;
    this.#far = far;
    this.#forward(near, far, fault);
    this.#forward(far, near, fault);
    near.on("data", () => {
      if (fault() !== "unavailable") return;
      near.end(NO_TIME);
      far.destroy();
    });
  }

  #forward(from: Socket, to: Socket, fault: () => Fault): void {
    const pass = (send: () => void) => {
      const now = fault();
      if (this.#dead || now === "unavailable") return;
      // What was kept back goes first.
      if (now === "stall" || this.#kept.length > 0) this.#kept.push(send);
      else if (now === "slow") setTimeout(send, SLOW_MILLISECONDS);
      else send();
    };
    from.on("data", (chunk: Buffer) => pass(() => to.write(chunk)));
    from.on("error", () => {});
    from.on("close", () => pass(() => to.destroy()));
    from.on("end", () => pass(() => to.end()));
  }

  heed(fault: Fault): void {
    if (fault === "half-open") this.#dead = true;
    if (fault === "refuse" || fault === "unavailable") this.destroy();
    if (fault === "pass") for (const send of this.#kept.splice(0)) send();
  }

  destroy(): void {
    this.#near.resetAndDestroy();
    this.#far.destroy();
  }
}

/** A TCP proxy on a port of its own, whose faults a test decides. */
export class FaultProxy {
  readonly port: number;
  #fault: Fault = "pass";
  readonly #lines = new Set<Line>();
  readonly #close: () => Promise<void>;

  private constructor(port: number, close: () => Promise<void>) {
    this.port = port;
    this.#close = close;
  }

  static async start(targetPort: number): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const proxy = new FaultProxy(port, async () => {
      const closed = once(server, "close");
      server.close();
      for (const line of proxy.#lines) line.destroy();
      await closed;
    });
    server.on("connection", (near) => proxy.#accept(near, targetPort));
    return proxy;
  }

  /** From now on, for the connections that are open too. */
  set fault(fault: Fault) {
    this.#fault = fault;
    for (const line of this.#lines) line.heed(fault);
  }

  close(): Promise<void> {
    return this.#close();
  }

  #accept(near: Socket, targetPort: number): void {
    if (this.#fault === "refuse") {
      near.on("error", () => {});
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    const line = new Line(near, far, () => this.#fault);
    if (this.#fault === "half-open") line.heed("half-open");
    this.#lines.add(line);
  }
}
