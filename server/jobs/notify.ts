import { sql } from "drizzle-orm";
import type { Connection, Database, Transaction } from "../db/connect.ts";
import type { WakeHub } from "./wake.ts";

const CHANNEL = "easel";

/**
 * Wakes whoever waits, in this process at once and in the others by NOTIFY. The embedded database delivers no
 * notifications: one API process runs on it, and waiters poll besides.
 */
export class Notifier {
  readonly #hub: WakeHub;
  readonly #connection: Pick<Connection, "listen">;
  readonly #embedded: boolean;

  constructor(hub: WakeHub, connection: Pick<Connection, "listen">, embedded: boolean) {
    this.#hub = hub;
    this.#connection = connection;
    this.#embedded = embedded;
  }

  async listen(): Promise<void> {
    if (this.#embedded) return;
    await this.#connection.listen(CHANNEL, (payload) => {
      if (payload === "job") this.#hub.jobReady();
      else this.#hub.pictureChanged(payload);
    });
  }

  /** Inside a transaction: the other processes hear of it when it commits. */
  async announce(transaction: Transaction | Database, what: { picture: string } | "job"): Promise<void> {
    if (this.#embedded) return;
    const payload = what === "job" ? "job" : what.picture;
    await transaction.execute(sql`select pg_notify(${CHANNEL}, ${payload})`);
  }

  /** After the commit: this process's own waiters. */
  wake(what: { picture: string } | "job"): void {
    if (what === "job") this.#hub.jobReady();
    else this.#hub.pictureChanged(what.picture);
  }
}
