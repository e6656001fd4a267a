import type { z } from "zod";
import {
  accessTokenCreatedSchema,
  accessTokenListSchema,
  backupMadeSchema,
} from "../../src/contracts/administration.ts";
import { EaselError } from "../../src/contracts/errors.ts";
import { errorBodySchema } from "../../src/contracts/error-schema.ts";

const REPLY_MILLISECONDS = 10_000;
/** A large folder takes its time. */
const BACKUP_MILLISECONDS = 3_600_000;

/** The administration routes of a running server, spoken to with its admin token. */
export class AdminApi {
  readonly #base: string;
  readonly #token: string;

  constructor(serverUrl: string, adminToken: string) {
    this.#base = serverUrl;
    this.#token = adminToken;
  }

  async addAccessToken(name: string): Promise<z.infer<typeof accessTokenCreatedSchema>> {
    return accessTokenCreatedSchema.parse(await this.#call("POST", "/api/admin/tokens", { name }));
  }

  async listAccessTokens(): Promise<z.infer<typeof accessTokenListSchema>> {
    return accessTokenListSchema.parse(await this.#call("GET", "/api/admin/tokens"));
  }

  async revokeAccessToken(id: string): Promise<void> {
    await this.#call("DELETE", `/api/admin/tokens/${id}`);
  }

  /** @returns the name of the copy below the data folder's backups */
  async backup(): Promise<string> {
    const reply = await this.#call("POST", "/api/admin/backups", undefined, BACKUP_MILLISECONDS);
    return backupMadeSchema.parse(reply).name;
  }

  async #call(
    method: string,
    path: string,
    body?: unknown,
    milliseconds = REPLY_MILLISECONDS,
  ): Promise<unknown> {
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(milliseconds),
    }).catch((cause: unknown) => {
      throw new EaselError(
        "no_backend",
        `A server uses this data folder, but none answers at ${this.#base}.`,
        {
          hint: "Give this command the server's own settings (PORT, HOST, DATA_DIR).",
          cause,
        },
      );
    });
    if (response.status === 204) return undefined;
    const reply: unknown = await response.json().catch(() => undefined);
    if (response.ok) return reply;
    const parsed = errorBodySchema.safeParse(reply);
    if (!parsed.success) throw new EaselError("internal", `The server answered ${response.status}.`);
    const { code, message, hint } = parsed.data.error;
    throw new EaselError(code, message, hint === undefined ? {} : { hint });
  }
}
