import { randomUUID } from "node:crypto";
import type { OwnerClient } from "./test-server.ts";
import { pass } from "./until.ts";

/** A picture that a client was told to get: 201, with this id. */
export interface Acknowledged {
  id: string;
  owner: OwnerClient;
  prompt: string;
}

const AGAIN_MILLISECONDS = 100;
/** Whatever is broken, a request is answered, refused or cut off by then. */
const ANSWERED_WITHIN_MILLISECONDS = 45_000;

/** Owners who ask for pictures of a server that has faults, and note what they were told. */
export class AskingClients {
  readonly acknowledged: Acknowledged[] = [];
  /** How often a request got no 201: by what came in its place, such as `503 storage_unavailable` or `no answer`. */
  readonly refusals = new Map<string, number>();
  readonly owners: readonly OwnerClient[];
  readonly #request: Record<string, unknown>;
  #asked = 0;
  /** One that waited in vain ends the asking of all. */
  #inVain: Error | undefined;

  constructor(owners: readonly OwnerClient[], request: Record<string, unknown>) {
    this.owners = owners;
    this.#request = request;
  }

  /**
   * Asks for pictures, some of them at a time, each again and again with its own Idempotency-Key until it is
   * acknowledged: no client has more or fewer pictures in the end than it wanted.
   * @throws Error once a request hangs
   */
  async ask(pictures: number, atATime = 8): Promise<void> {
    let left = pictures;
    const client = async () => {
      while (left > 0) {
        left--;
        await this.#askOnce(this.#asked++);
      }
    };
    await Promise.all(Array.from({ length: atATime }, client));
  }

  async #askOnce(number: number): Promise<void> {
    const owner = this.owners[number % this.owners.length];
    if (owner === undefined) throw new Error("Nobody asks.");
    const prompt = `picture number ${number}.`;
    const key = randomUUID();
    for (;;) {
      const refusal = await this.#post(owner, prompt, key);
      if (this.#inVain !== undefined) throw this.#inVain;
      if (refusal === undefined) return;
      this.refusals.set(refusal, (this.refusals.get(refusal) ?? 0) + 1);
      await pass(AGAIN_MILLISECONDS);
    }
  }

  async #post(owner: OwnerClient, prompt: string, key: string): Promise<string | undefined> {
    const late = AbortSignal.timeout(ANSWERED_WITHIN_MILLISECONDS);
    try {
      const body = { ...this.#request, prompt };
      const headers = { "idempotency-key": key };
      const reply = await owner.call("POST", "/api/generated-images", body, headers, late);
      const told = (await reply.json()) as { id?: string; error?: { code: string } };
      if (reply.status === 201 && told.id !== undefined) {
        this.acknowledged.push({ id: told.id, owner, prompt });
        return undefined;
      }
      const later = reply.status !== 503 || reply.headers.has("retry-after");
      return `${reply.status} ${told.error?.code ?? ""}${later ? "" : " without Retry-After"}`;
    } catch {
      if (late.aborted)
        this.#inVain = new Error(`A POST got no answer in ${ANSWERED_WITHIN_MILLISECONDS} ms: ${prompt}`);
      return "no answer";
    }
  }
}
