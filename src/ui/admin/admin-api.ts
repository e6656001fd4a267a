import {
  cacheForgottenSchema,
  overviewSchema,
  redrivenSchema,
  type Overview,
} from "../../contracts/administration.ts";
import { shareListSchema, type Share } from "../../contracts/share.ts";
import { callApi, readJson } from "../../generation/api.ts";

/** The routes of the administration, spoken to with the admin token. @throws EaselError unauthorized */
export class AdminApi {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  async overview(): Promise<Overview> {
    return readJson(await this.#call("GET", "/api/admin/overview"), overviewSchema);
  }

  async shares(): Promise<Share[]> {
    return (await readJson(await this.#call("GET", "/api/admin/shares"), shareListSchema)).shares;
  }

  /** @returns how many pictures were sent back to their queues */
  async redrive(): Promise<number> {
    return (await readJson(await this.#call("POST", "/api/admin/redrive"), redrivenSchema)).redriven;
  }

  async revoke(shareId: string): Promise<void> {
    await this.#call("DELETE", `/api/admin/shares/${shareId}`);
  }

  /** @returns how many pictures answer identical requests no more */
  async forgetCache(): Promise<number> {
    return (await readJson(await this.#call("DELETE", "/api/cache"), cacheForgottenSchema)).forgotten;
  }

  #call(method: string, path: string): Promise<Response> {
    return callApi(path, { method, headers: { authorization: `Bearer ${this.#token}` } });
  }
}
