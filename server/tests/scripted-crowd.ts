import { createHash } from "node:crypto";
import { putResult } from "../gpu-worker/worker-api.ts";
import { pause } from "../pause.ts";
import { ScriptedWorker } from "./scripted-worker.ts";

const AGAIN_MILLISECONDS = 100;

/**
 * Workers that draw nothing, quickly: a picture's bytes are its prompt and its lease. They go on through every fault,
 * and note what they were told to have completed.
 */
export class ScriptedCrowd {
  /** The SHA-256 of what was put and acknowledged, by picture. */
  readonly completed = new Map<string, string[]>();
  readonly #stopping = new AbortController();
  readonly #work: Promise<unknown>;

  constructor(server: ConstructorParameters<typeof ScriptedWorker>[0], workers: number) {
    this.#work = Promise.all(Array.from({ length: workers }, () => this.#loop(new ScriptedWorker(server))));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#work;
  }

  async #loop(worker: ScriptedWorker): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const claim = await worker.claim(1, signal);
        if (claim === undefined) continue;
        const picture = Buffer.from(`${claim.request.prompt} drawn under ${claim.leaseId}`);
        await putResult(claim.output, picture);
        await worker.complete(claim, picture);
        const digest = createHash("sha256").update(picture).digest("hex");
        this.completed.set(claim.jobId, [...(this.completed.get(claim.jobId) ?? []), digest]);
      } catch {
        // The lease lapses, and its job is given again.
        await pause(AGAIN_MILLISECONDS, signal);
      }
    }
  }
}
