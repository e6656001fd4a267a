import { randomUUID } from "node:crypto";
import { WorkerApi, type TakenBatch } from "../gpu-worker/worker-api.ts";
import type { LoadedModel, SeeingClaim, SeeingOutcome } from "../../src/contracts/seeing-worker-routes.ts";
import type { TEXT_CATEGORIES } from "../../src/contracts/text-category.ts";
import { WORKER_TOKEN, type TestServer } from "./test-server.ts";

/** A worker that sees whatever the test says; it speaks the real routes. */
export class ScriptedSeer {
  readonly #api: WorkerApi;
  readonly #models: LoadedModel[];
  readonly #id = randomUUID();

  constructor(server: TestServer) {
    this.#api = new WorkerApi(server.url, WORKER_TOKEN);
    this.#models = server.services.seeing.all().map(({ task, digest }) => ({ task, digest }));
  }

  claim(
    terms: { waitSeconds?: number; most?: number; signal?: AbortSignal; digest?: string } = {},
  ): Promise<TakenBatch | undefined> {
    const { waitSeconds = 0, most = 8, signal = new AbortController().signal, digest } = terms;
    const models = this.#models.map((model) => ({ ...model, digest: digest ?? model.digest }));
    return this.#api.claimSeeing({ workerId: this.#id, models, most, waitSeconds }, signal);
  }

  async mustClaim(terms: { most?: number } = {}): Promise<TakenBatch> {
    const claim = await this.claim({ waitSeconds: 10, ...terms });
    if (claim === undefined) throw new Error("There was nothing to see.");
    return claim;
  }

  complete(claim: SeeingClaim, outcomes: readonly SeeingOutcome[]): Promise<void> {
    return this.#api.completeSeeing(claim.leaseId, outcomes);
  }

  /** Says of each text that it is about this. */
  finish(claim: SeeingClaim, category: (typeof TEXT_CATEGORIES)[number] = "food"): Promise<void> {
    const seen = [{ label: category, labelZh: null, score: 1 }];
    return this.complete(
      claim,
      claim.jobs.map(({ id }) => ({ id, seen })),
    );
  }
}
