import { randomUUID } from "node:crypto";

/** Asked so often on a connection, a statement is worth its memory there. */
const WORTH_PREPARING = 5;
/** Of a connection; each holds a plan in Postgres. */
const MOST_PREPARED = 40;
/** Texts that are counted: lists of many lengths make many. */
const MOST_COUNTED = 500;

/** Names for the statements that a connection sends again and again: Postgres parses and plans a named one once. */
export class StatementNames {
  /** The embedded database is one session for all connections: a name must be one connection's alone. */
  readonly #prefix = randomUUID().slice(0, 8);
  readonly #asked = new Map<string, number>();
  readonly #names = new Map<string, string>();

  /** Undefined: it is not prepared, for now or for ever. */
  of(text: string): string | undefined {
    const name = this.#names.get(text);
    if (name !== undefined || this.#names.size >= MOST_PREPARED) return name;
    const asked = (this.#asked.get(text) ?? 0) + 1;
    if (asked >= WORTH_PREPARING) this.#names.set(text, `${this.#prefix}_${this.#names.size}`);
    if (this.#asked.size >= MOST_COUNTED) this.#asked.clear();
    this.#asked.set(text, asked);
    return this.#names.get(text);
  }
}
