import type { Socket } from "node:net";
import pg from "pg";
import { StatementNames } from "./statement-names.ts";

/** Longer than Postgres' own time-out for a statement, which leaves the connection usable. */
const SILENCE_PER_STATEMENT_TIMEOUT = 1.25;

/** What node-postgres keeps to itself: its socket, and its settings with those of the connection's URL. */
interface Internals {
  connection: { stream: Socket };
  connectionParameters: { statement_timeout?: number | string | false };
}

/**
 * node-postgres' client, which prepares what it sends often, and destroys a connection that owes an answer for too long.
 * A half-open connection (its network or host has gone without a word) would else keep its query waiting for ever:
 * node-postgres' query_timeout fails the query, but leaves the connection in the pool for the next.
 *
 * Watched are connections for which Postgres itself limits statements (`statement_timeout`).
 */
export class WatchedClient extends pg.Client {
  readonly #names = new StatementNames();
  #silence: NodeJS.Timeout | undefined;

  constructor(config: pg.ClientConfig = {}) {
    super(config);
    // Every query hears of a broken connection; without a listener the event would end the process besides.
    this.on("error", () => {});
    const { statement_timeout: limit } = this.#internals.connectionParameters;
    const silence = Number(limit ?? 0) * SILENCE_PER_STATEMENT_TIMEOUT;
    const query = this.query.bind(this) as (...args: unknown[]) => unknown;
    this.query = ((statement: unknown, values: unknown, ...more: unknown[]) => {
      if (silence > 0) this.#watch(silence);
      return query(this.#named(statement, values), values, ...more);
    }) as typeof this.query;
    const rest = () => clearTimeout(this.#silence);
    this.on("drain", rest);
    this.on("end", rest);
  }

  get #internals(): Internals {
    return this as unknown as Internals;
  }

  /** One with values alone can be prepared: without, it may be several statements. */
  #named(statement: unknown, values: unknown): unknown {
    if (!Array.isArray(values) || values.length === 0) return statement;
    const config = typeof statement === "string" ? { text: statement } : (statement as pg.QueryConfig);
    if (typeof config.text !== "string" || config.name !== undefined) return statement;
    const name = this.#names.of(config.text);
    return name === undefined ? statement : { ...config, name };
  }

  #watch(milliseconds: number): void {
    clearTimeout(this.#silence);
    // The client's own end would wait for an answer again.
    this.#silence = setTimeout(() => this.#internals.connection.stream.destroy(), milliseconds);
  }
}
