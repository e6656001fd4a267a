import type { AccessTokenWire } from "../../src/contracts/administration.ts";
import { addAccessToken, listAccessTokens, revokeAccessToken } from "../api/admin/access-tokens.ts";
import type { Administration } from "./administration.ts";
import { withAdministration } from "./administration.ts";
import { UsageError } from "./usage.ts";

export const TOKEN_USAGE = `token add NAME | token list | token revoke NAME
    Who may use this server when EASEL_ACCESS=token. Run it where the server runs, with its
    settings: it asks the running server, or opens the database when none runs.`;

async function listAll(administration: Administration): Promise<AccessTokenWire[]> {
  return administration.kind === "database"
    ? listAccessTokens(administration.database)
    : (await administration.api.listAccessTokens()).tokens;
}

async function add(administration: Administration, name: string): Promise<string[]> {
  const { token } = await (administration.kind === "database"
    ? addAccessToken(administration.database, name)
    : administration.api.addAccessToken(name));
  return [`The token of ${name}, shown this once:`, token];
}

async function list(administration: Administration): Promise<string[]> {
  const tokens = await listAll(administration);
  if (tokens.length === 0) return ["There is no token yet: `easel token add NAME` makes one."];
  return tokens.map(({ name, created_at: made, revoked_at: revoked }) => {
    const day = (at: string) => at.slice(0, 10);
    return `${name}\tmade ${day(made)}${revoked === null ? "" : `, revoked ${day(revoked)}`}`;
  });
}

async function revoke(administration: Administration, name: string): Promise<string[]> {
  const found = (await listAll(administration)).find(
    (token) => token.name === name && token.revoked_at === null,
  );
  if (found === undefined) throw new UsageError(`There is no token of ${name} that is not revoked.`);
  await (administration.kind === "database"
    ? revokeAccessToken(administration.database, found.id)
    : administration.api.revokeAccessToken(found.id));
  return [`The token of ${name} opens nothing any more.`];
}

/** `easel token`: answers what is to be printed. */
export async function tokenCommand(positionals: readonly string[]): Promise<string[]> {
  const [what, name, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError("A name of several words needs quotes.");
  if (what === "list" && name === undefined) return withAdministration(list);
  if (name === undefined || (what !== "add" && what !== "revoke"))
    throw new UsageError("token needs one of: add NAME, list, revoke NAME.");
  return withAdministration((administration) =>
    what === "add" ? add(administration, name) : revoke(administration, name),
  );
}
