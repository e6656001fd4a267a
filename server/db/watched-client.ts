import type { Socket } from "node:net";
import pg from "pg";

/** Longer than Postgres' own time-out for a statement, which leaves the connection usable. */
const SILENCE_MILLISECONDS = 25_000;

/**
 * node-postgres' client, which destroys a connection that owes an answer for too long. A half-open connection (its
 * network or host has gone without a word) would else keep its query waiting for ever: node-postgres' query_timeout
 * fails the query, but leaves the connection in the pool for the next.
 *
 * Watched are connections for which Postgres itself limits statements (`statement_timeout`).
 */
export class WatchedClient extends pg.Client {
  #silence: NodeJS.Timeout | undefined;

  constructor(config: pg.ClientConfig = {}) {
    super(config);
    // Every query hears of a broken connection; without a listener the event would end the process besides.
    this.on("error", () => {});
    if (config.statement_timeout === undefined) return;
    const query = this.query.bind(this) as (...args: unknown[]) => unknown;
    this.query = ((...args: unknown[]) => {
      this.#watch();
      return query(...args);
    }) as typeof this.query;
    const rest = () => clearTimeout(this.#silence);
    this.on("drain", rest);
    this.on("end", rest);
  }

  #watch(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      // The client's own end would wait for an answer again.
      const { stream } = (this as unknown as { connection: { stream: Socket } }).connection;
      stream.destroy();
    }, SILENCE_MILLISECONDS);
  }
}
