import { randomUUID } from "node:crypto";
import { sql, type SQL } from "drizzle-orm";
import type { Connection, Database, Transaction } from "../db/connect.ts";
import type { WakeHub } from "./wake.ts";

const CHANNEL = "easel";

/** What somebody may wait for: a picture's events, new jobs of a model, or jobs of whatever model. */
export type News = { picture: string } | { jobs: number; model: string } | "jobs";

/**
 * Wakes whoever waits, in this process at once and in the others by NOTIFY. The embedded database delivers no
 * notifications: one API process runs on it, and waiters poll besides.
 */
export class Notifier {
  readonly #hub: WakeHub;
  readonly #connection: Pick<Connection, "listen">;
  readonly #embedded: boolean;
  /** This process hears its own notifications too, and has woken its waiters already. */
  readonly #self = randomUUID();

  constructor(hub: WakeHub, connection: Pick<Connection, "listen">, embedded: boolean) {
    this.#hub = hub;
    this.#connection = connection;
    this.#embedded = embedded;
  }

  async listen(): Promise<void> {
    if (this.#embedded) return;
    await this.#connection.listen(CHANNEL, (payload) => {
      const [from, what, ...rest] = payload.split(" ");
      if (from === this.#self) return;
      if (what === "picture") this.wake({ picture: rest[0] ?? "" });
      else if (rest.length === 0) this.wake("jobs");
      else this.wake({ jobs: Number(rest[0]), model: rest.slice(1).join(" ") });
    });
  }

  /** As a value in a statement: the other processes hear of it when that is committed. */
  announcement(news: News): SQL {
    return this.#embedded ? sql`null` : this.#notifying(sql`${spelled(news)}::text`);
  }

  /** The same for a picture whose id the statement finds. */
  announcementOf(imageId: SQL): SQL {
    return this.#embedded ? sql`null` : this.#notifying(sql`'picture ' || ${imageId}`);
  }

  #notifying(payload: SQL): SQL {
    return sql`pg_notify(${CHANNEL}, ${this.#self}::text || ' ' || ${payload})`;
  }

  /** Inside a transaction: the other processes hear of it when it commits. */
  async announce(transaction: Transaction | Database, news: News): Promise<void> {
    if (!this.#embedded) await transaction.execute(sql`select ${this.announcement(news)}`);
  }

  /** After the commit: this process's own waiters. */
  wake(news: News): void {
    if (news === "jobs") this.#hub.anyJobReady();
    else if ("picture" in news) this.#hub.pictureChanged(news.picture);
    else this.#hub.jobsReady(news.model, news.jobs);
  }
}

function spelled(news: News): string {
  if (news === "jobs") return "jobs";
  return "picture" in news ? `picture ${news.picture}` : `jobs ${news.jobs} ${news.model}`;
}
