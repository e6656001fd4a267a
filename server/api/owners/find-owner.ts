import { createHash, randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { EaselError } from "../../../src/contracts/errors.ts";
import { owners } from "../../db/schema.ts";
import type { Services } from "../../jobs/services.ts";
import { hashToken, newToken } from "../../secrets.ts";

/** A shorter key of a foreign client ("none", "sk-1234") is no secret: many clients have the same. */
const SECRET_KEY_CHARACTERS = 32;

/** Makes an owner; the token is told once and kept only as a hash. */
export async function createOwner(services: Services): Promise<{ id: string; token: string }> {
  const token = newToken();
  const id = randomUUID();
  await services.connection.database.insert(owners).values({ id, tokenHash: hashToken(token) });
  return { id, token };
}

/**
 * Whose token this is. A revoked one opens nothing, and a closed instance knows only access tokens.
 *
 * @returns "refused" for a token that is known and not let in
 */
export async function findOwner(
  services: Services,
  token: string,
): Promise<{ id: string } | "refused" | undefined> {
  const owner = await services.ownerOfToken(hashToken(token));
  if (owner === undefined) return undefined;
  const closed = services.settings.EASEL_ACCESS === "token";
  return owner.revokedAt !== null || (closed && owner.accessName === null) ? "refused" : { id: owner.id };
}

/** The owner behind a hash, made on its first request. */
async function ownerOf(services: Services, tokenHash: string): Promise<string> {
  const { database } = services.connection;
  const [made] = await database
    .insert(owners)
    .values({ id: randomUUID(), tokenHash })
    .onConflictDoNothing({ target: owners.tokenHash })
    .returning({ id: owners.id });
  if (made !== undefined) return made.id;
  const [known] = await database
    .select({ id: owners.id })
    .from(owners)
    .where(eq(owners.tokenHash, tokenHash));
  if (known === undefined) throw new Error("An owner was neither made nor found.");
  return known.id;
}

/** Whether a foreign client's own key is long enough to be somebody's alone. */
export function isSecretKey(key: string): boolean {
  return key.length >= SECRET_KEY_CHARACTERS;
}

/** The owner of a foreign client's own key. A key that is no secret counts together with the client's address. */
export function ownerOfKey(services: Services, key: string, address: string): Promise<string> {
  if (isSecretKey(key)) return ownerOf(services, hashToken(key));
  return ownerOf(services, `guest:${hashOf(["key", key, address])}`);
}

/** The owner of a client without any key. */
export function ownerOfAddress(services: Services, address: string): Promise<string> {
  return ownerOf(services, `guest:${hashOf(["address", address])}`);
}

function hashOf(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

export function accessNeeded(): EaselError {
  return new EaselError("unauthorized", "This server is closed: it takes only those who have a token.", {
    hint: "Give your token at /access, or as a bearer token. Whoever runs the server makes one with `easel token add`.",
  });
}
