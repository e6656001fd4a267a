import { sql } from "drizzle-orm";
import { EaselError } from "../../src/contracts/errors.ts";
import type { Transaction } from "../db/connect.ts";
import { generatedImages } from "../db/schema.ts";

/** How many pictures may wait. */
export interface QueueLimits {
  perOwner: number;
  inAll: number;
  /** 0: any number. */
  perAddress: number;
}

/** This machine itself, or a proxy on it of which TRUSTED_PROXIES says nothing: nobody's own address. */
const LOOPBACK = /^(?:127\.|0:0:0:0::\/64$)/;

/** Who asks for room: each of an owner's and an address's pictures counts. */
export interface Guest {
  ownerId: string;
  address: string;
}

/** The places in the queue while one transaction fills them. */
export class WaitingRoom {
  readonly #limits: QueueLimits;
  readonly #byOwner: Map<string, number>;
  readonly #byAddress: Map<string, number>;
  #all: number;

  private constructor(
    limits: QueueLimits,
    counts: { byOwner: Map<string, number>; byAddress: Map<string, number>; all: number },
  ) {
    this.#limits = limits;
    this.#byOwner = counts.byOwner;
    this.#byAddress = counts.byAddress;
    this.#all = counts.all;
  }

  /**
   * Counts who waits. The guests' owners are locked already; their addresses are locked here, always in one order:
   * an address may be many owners, and its limit must hold on several API servers too.
   */
  static async enter(
    transaction: Transaction,
    limits: QueueLimits,
    guests: readonly Guest[],
  ): Promise<WaitingRoom> {
    const owners = [...new Set(guests.map(({ ownerId }) => ownerId))];
    const addresses =
      limits.perAddress === 0
        ? []
        : [...new Set(guests.map(({ address }) => address))].filter((address) => !LOOPBACK.test(address));
    if (addresses.length > 0) {
      await transaction.execute(sql`select pg_advisory_xact_lock(hash) from (
        select distinct hashtextextended(address, 0) as hash
        from unnest(${sql.param(addresses)}::text[]) as address order by hash) as hashes`);
    }
    const { rows } = await transaction.execute<{ what: string; whose: string; waiting: number }>(sql`
      select 'owner' as what, owner_id::text as whose, count(*)::int as waiting from ${generatedImages}
        where status = 'queued' and owner_id = any(${sql.param(owners)}::uuid[]) group by owner_id
      union all select 'address', address, count(*)::int from ${generatedImages}
        where status = 'queued' and address = any(${sql.param(addresses)}::text[]) group by address
      union all select 'all', '', count(*)::int from ${generatedImages} where status = 'queued'`);
    const countsOf = (kind: string) =>
      new Map(rows.filter(({ what }) => what === kind).map(({ whose, waiting }) => [whose, waiting]));
    return new WaitingRoom(limits, {
      byOwner: countsOf("owner"),
      byAddress: new Map([...addresses.map((address) => [address, 0] as const), ...countsOf("address")]),
      all: countsOf("all").get("") ?? 0,
    });
  }

  /** Takes a place. @throws EaselError queue_full, without taking one */
  take({ ownerId, address }: Guest): void {
    const { perOwner, inAll, perAddress } = this.#limits;
    const own = this.#byOwner.get(ownerId) ?? 0;
    if (own >= perOwner) {
      throw new EaselError("queue_full", `You already have ${perOwner} pictures waiting.`, {
        hint: "Wait until some are drawn, or cancel some.",
      });
    }
    if (this.#all >= inAll) {
      throw new EaselError("queue_full", "The server has as many waiting pictures as it takes.", {
        hint: "Try again in a few minutes, or draw on this device.",
      });
    }
    const near = this.#byAddress.get(address);
    if (near !== undefined && near >= perAddress) {
      throw new EaselError(
        "queue_full",
        `${perAddress} pictures from this network address are waiting already.`,
        {
          hint: "Wait until some are drawn, or draw on this device.",
        },
      );
    }
    this.#byOwner.set(ownerId, own + 1);
    this.#all += 1;
    if (near !== undefined) this.#byAddress.set(address, near + 1);
  }
}
