import { sql } from "drizzle-orm";
import { EaselError } from "../../src/contracts/errors.ts";
import type { Transaction } from "../db/connect.ts";
import type { Survey } from "./queue-survey.ts";

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

/**
 * Locks the guests' addresses until the transaction ends, always in one order, and answers them: an address may be many
 * owners, and its limit must hold on several API servers too.
 */
export async function lockAddresses(
  transaction: Transaction,
  { perAddress }: QueueLimits,
  guests: readonly Guest[],
): Promise<string[]> {
  if (perAddress === 0) return [];
  const addresses = [...new Set(guests.map(({ address }) => address))].filter(
    (address) => !LOOPBACK.test(address),
  );
  if (addresses.length > 0) {
    await transaction.execute(sql`select pg_advisory_xact_lock(hash) from (
      select distinct hashtextextended(address, 0) as hash
      from unnest(${sql.param(addresses)}::text[]) as address order by hash) as hashes`);
  }
  return addresses;
}

/** The places in the queue while one transaction fills them. */
export class WaitingRoom {
  readonly #limits: QueueLimits;
  readonly #byOwner: Map<string, number>;
  readonly #byAddress: Map<string, number>;
  #all: number;

  /** @param limited the addresses whose guests are counted; they and the guests' owners are locked */
  constructor(
    limits: QueueLimits,
    { ofOwners, ofAddresses, inAll }: Pick<Survey, "ofOwners" | "ofAddresses" | "inAll">,
    limited: readonly string[],
  ) {
    this.#limits = limits;
    this.#byOwner = new Map(ofOwners);
    this.#byAddress = new Map(limited.map((address) => [address, ofAddresses.get(address) ?? 0]));
    this.#all = inAll;
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
