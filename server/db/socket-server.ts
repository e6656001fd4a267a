import { createServer, type Server, type Socket } from "node:net";
import type { PGlite } from "@electric-sql/pglite";
import {
  FrontendReader,
  inRuns,
  parsedStatementName,
  summarizeReply,
  typedMessage,
  type FrontendMessage,
} from "./wire.ts";

/** A client that keeps a transaction open and idle stops everyone else: its connection is closed. */
const IDLE_IN_TRANSACTION_MS = 30_000;

/**
 * Serves one PGlite to many connections over PostgreSQL's wire protocol.
 *
 * PGlite is a single session, and messages of two clients must not mix in it: between one client's Parse and its
 * Execute another's Parse would replace the unnamed statement. pglite-socket queues single messages and only keeps
 * transactions together; here a connection holds the database from its first message until the server says
 * that it is idle again.
 */
export class DatabaseSocketServer {
  readonly #database: PGlite;
  readonly #server: Server;
  readonly #sessions = new Set<Session>();
  readonly #turns = new Turns();

  constructor(database: PGlite) {
    this.#database = database;
    this.#server = createServer((socket) => {
      const session = new Session(socket, this.#database, this.#turns);
      this.#sessions.add(session);
      void session.over.then(() => this.#sessions.delete(session));
    });
  }

  /** Listens on a Unix socket's path, or on a port of 127.0.0.1. */
  async listen(address: { path: string } | { port: number }): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      const done = () => resolve();
      if ("path" in address) this.#server.listen(address.path, done);
      else this.#server.listen(address.port, "127.0.0.1", done);
    });
  }

  /** The port that was given to a server listening on port 0. */
  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string")
      throw new Error("The database listens on no TCP port.");
    return address.port;
  }

  /** Work of the database's own process, in its turn. */
  async inTurn<Result>(task: (database: PGlite) => Promise<Result>): Promise<Result> {
    const release = await this.#turns.take();
    try {
      return await task(this.#database);
    } finally {
      release();
    }
  }

  /**
   * Ends every connection; resolves when the last of them has given back what it held. Only then may the database be
   * closed: PGlite never returns from a message that comes while it closes.
   */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await Promise.all([closed, ...[...this.#sessions].map((session) => session.end())]);
  }
}

/** A first-in, first-out lock. */
class Turns {
  #last: Promise<void> = Promise.resolve();

  async take(): Promise<() => void> {
    const before = this.#last;
    let release = () => {};
    this.#last = new Promise<void>((resolve) => (release = resolve));
    await before;
    return release;
  }
}

class Session {
  readonly #socket: Socket;
  readonly #database: PGlite;
  readonly #turns: Turns;
  readonly #reader = new FrontendReader();
  readonly #statements = new Set<string>();
  #work: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;
  #inTransaction = false;
  /** After an error the extended protocol ignores everything up to the next Sync. */
  #skipToSync = false;
  #idleTimer: NodeJS.Timeout | undefined;
  /** Resolves when the client is gone and nothing of its connection is left. */
  readonly over: Promise<void>;

  constructor(socket: Socket, database: PGlite, turns: Turns) {
    this.#socket = socket;
    this.#database = database;
    this.#turns = turns;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      const messages = this.#reader.read(chunk);
      this.#enqueue(async () => {
        for (const run of inRuns(messages)) await this.#handle(run);
      });
    });
    // A reset connection also emits close, where what it held is given back.
    socket.on("error", () => socket.destroy());
    this.over = new Promise<void>((resolve) => {
      socket.once("close", () => this.#enqueue(() => this.#giveBack().then(resolve)));
    });
  }

  async end(): Promise<void> {
    this.#socket.destroy();
    await this.over;
  }

  /** Work of one connection runs in order; a failure of the database itself ends the process. */
  #enqueue(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch((error: unknown) => {
      console.error("The embedded database failed:", error);
      process.exit(1);
    });
  }

  async #handle(run: readonly FrontendMessage[]): Promise<void> {
    const message = run.at(-1);
    if (message === undefined || this.#socket.destroyed) return;
    if (message.kind === "refuse-encryption") {
      this.#socket.write("N");
      return;
    }
    if (message.kind === "cancel" || message.kind === "unknown-protocol") {
      this.#socket.destroy();
      return;
    }
    if (message.kind === "typed" && message.type === "X") {
      this.#socket.end();
      return;
    }
    await this.#forward(message.kind === "typed" ? message.type : "", run);
  }

  /** @param last the letter of the run's last message */
  async #forward(last: string, run: readonly FrontendMessage[]): Promise<void> {
    clearTimeout(this.#idleTimer);
    if (this.#skipToSync && last !== "S") return;
    const messages = this.#skipToSync ? run.slice(-1) : run;
    this.#skipToSync = false;
    this.#release ??= await this.#turns.take();
    for (const message of messages)
      if (message.kind === "typed" && message.type === "P")
        this.#statements.add(parsedStatementName(message.bytes));

    const reply = await this.#run(Buffer.concat(messages.map(({ bytes }) => bytes)));
    const { transactionStatus, failed } = summarizeReply(reply);
    if (!this.#socket.destroyed) this.#socket.write(reply);
    if (failed && last !== "Q" && last !== "S") this.#skipToSync = true;
    if (transactionStatus === undefined) return;

    this.#inTransaction = transactionStatus !== "I";
    if (this.#inTransaction) {
      this.#idleTimer = setTimeout(() => this.#socket.destroy(), IDLE_IN_TRANSACTION_MS);
      return;
    }
    this.#release();
    this.#release = undefined;
  }

  /** A vanished client's transaction is rolled back and its named statements are dropped. */
  async #giveBack(): Promise<void> {
    clearTimeout(this.#idleTimer);
    this.#release ??= await this.#turns.take();
    await this.#run(typedMessage("S"));
    if (this.#inTransaction) await this.#run(typedMessage("Q", "ROLLBACK\0"));
    for (const name of this.#statements) await this.#run(typedMessage("C", `S${name}\0`));
    await this.#run(typedMessage("S"));
    this.#release();
    this.#release = undefined;
  }

  async #run(bytes: Uint8Array): Promise<Uint8Array> {
    return this.#database.runExclusive(() => this.#database.execProtocolRaw(bytes));
  }
}
