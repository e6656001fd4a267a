import { sql } from "drizzle-orm";
import type { ClaimInput } from "../../src/contracts/worker.ts";
import type { Connection } from "../db/connect.ts";
import { workers } from "../db/schema.ts";

/** A worker that is written down counts as live for much longer (WORKER_LIVE_SECONDS). */
export const WRITTEN_EVERY_SECONDS = 10;
/** Workers that went away are forgotten here beyond this many. */
const MOST_REMEMBERED = 1000;

/** Which workers ask for work, and what they can draw. A busy worker asks many times a second: it is written seldom. */
export class Presence {
  readonly #connection: Pick<Connection, "database">;
  readonly #written = new Map<string, { at: number; what: string }>();

  constructor(connection: Pick<Connection, "database">) {
    this.#connection = connection;
  }

  async seen(input: ClaimInput): Promise<void> {
    const { workerId, name, version, provider, models, maxPixels } = input;
    const what = JSON.stringify([name, version, provider, models, maxPixels]);
    const written = this.#written.get(workerId);
    const now = performance.now();
    if (written?.what === what && now - written.at < WRITTEN_EVERY_SECONDS * 1000) return;
    const values = { name, version, provider, models, maxPixels, lastSeenAt: sql`now()` };
    await this.#connection.database
      .insert(workers)
      .values({ id: workerId, ...values })
      .onConflictDoUpdate({ target: workers.id, set: values });
    if (this.#written.size >= MOST_REMEMBERED) this.#written.clear();
    this.#written.set(workerId, { at: now, what });
  }
}
