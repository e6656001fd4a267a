import type { ModelFiles } from "../../../src/core/model-files.ts";
import type { InferenceRuntime } from "../../../src/core/runtime/inference-runtime.ts";
import { ModelSessions } from "../../../src/core/runtime/model-sessions.ts";

interface WarmModel {
  bytes: number;
  sessions: ModelSessions;
}

/**
 * Models that stay loaded between pictures. The one that is drawn with is always there; of the others those that were
 * drawn with last, as far as all of their files together stay within `mostBytes`.
 */
export class WarmModels {
  readonly #runtime: InferenceRuntime;
  readonly #mostBytes: number;
  /** By digest, the one used last at the end. */
  readonly #models = new Map<string, WarmModel>();

  constructor(runtime: InferenceRuntime, mostBytes: number) {
    this.#runtime = runtime;
    this.#mostBytes = mostBytes;
  }

  /** The model's sessions, after those had to go that were used least recently. */
  async sessionsOf({ manifest }: ModelFiles): Promise<ModelSessions> {
    const warm = this.#models.get(manifest.digest) ?? {
      bytes: manifest.files.reduce((sum, { size }) => sum + size, 0),
      sessions: new ModelSessions(this.#runtime),
    };
    this.#models.delete(manifest.digest);
    await this.#makeRoom(warm.bytes);
    this.#models.set(manifest.digest, warm);
    return warm.sessions;
  }

  /** Releases every model. */
  async release(): Promise<void> {
    await this.#makeRoom(Infinity);
  }

  async #makeRoom(bytes: number): Promise<void> {
    let used = [...this.#models.values()].reduce((sum, warm) => sum + warm.bytes, 0);
    for (const [digest, warm] of this.#models) {
      if (used + bytes <= this.#mostBytes) return;
      this.#models.delete(digest);
      used -= warm.bytes;
      await warm.sessions.release();
    }
  }
}
