import { once } from "node:events";
import { connect, createServer } from "node:net";

/** A TCP proxy that keeps every byte that clients send through it, as it is on the wire. */
export class RecordingProxy {
  readonly url: string;
  readonly #sent: Buffer[] = [];
  readonly #close: () => Promise<void>;

  private constructor(port: number, close: () => Promise<void>) {
    this.url = `http://localhost:${port}`;
    this.#close = close;
  }

  static async start(target: string): Promise<RecordingProxy> {
    const { port: targetPort } = new URL(target);
    const server = createServer((near) => {
      const far = connect(Number(targetPort), "localhost");
      near.on("data", (chunk: Buffer) => proxy.#sent.push(chunk));
      near.pipe(far).pipe(near);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const)
        one.on("error", () => other.destroy()).on("close", () => other.destroy());
      open.add(near);
    });
    const open = new Set<{ destroy(): unknown }>();
    server.listen(0, "localhost");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const proxy: RecordingProxy = new RecordingProxy(port, async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    });
    return proxy;
  }

  get sent(): Buffer {
    return Buffer.concat(this.#sent);
  }

  forget(): void {
    this.#sent.length = 0;
  }

  close(): Promise<void> {
    return this.#close();
  }
}
