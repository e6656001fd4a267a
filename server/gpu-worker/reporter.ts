import { EaselError } from "../../src/contracts/errors.ts";
import type { Progress } from "../../src/contracts/progress.ts";
import { HEARTBEAT_SECONDS, LEASE_SECONDS } from "../../src/contracts/worker.ts";
import type { WorkerApi } from "./worker-api.ts";

/** Why a picture is given up. */
export type StopReason = "cancelled" | "lease_lost" | "shutdown";

/** Steps are told at most this often: each is a row, and a preview with it has its own limit of four a second. */
const PAUSE_MILLISECONDS = 250;
/** A heartbeat is sent before it is due: the way to the server takes time too. */
const BEAT_MILLISECONDS = HEARTBEAT_SECONDS * 750;

/**
 * Tells the server how one picture goes: the newest event as soon as the last one was answered, and a heartbeat
 * when there is nothing new. The answers tell whether to go on.
 */
export class Reporter {
  readonly #api: WorkerApi;
  readonly #leaseId: string;
  readonly #onStop: (reason: StopReason) => void;
  /** When the call was sent that was answered last, by a clock that nobody sets: the server's may show another time. */
  #heardAt = performance.now();
  #pending: Progress | null = null;
  #wake: (() => void) | undefined;
  #closed = false;
  readonly #loop: Promise<void>;

  constructor(api: WorkerApi, lease: { leaseId: string }, onStop: (reason: StopReason) => void) {
    this.#api = api;
    this.#leaseId = lease.leaseId;
    this.#onStop = onStop;
    this.#loop = this.#run();
  }

  /** A newer event replaces one that was not sent yet; a step without a preview takes the waiting one's over. */
  report(event: Progress): void {
    if (event.type !== "loading" && event.type !== "step" && event.type !== "decoding") return;
    const waiting = this.#pending;
    const preview = waiting?.type === "step" ? waiting.preview : undefined;
    this.#pending =
      event.type === "step" && event.preview === undefined && preview !== undefined
        ? { ...event, preview }
        : event;
    this.#wake?.();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      await this.#wait(BEAT_MILLISECONDS);
      if (this.#closed) return;
      const event = this.#pending;
      this.#pending = null;
      await this.#send(event);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    }
  }

  async #send(event: Progress | null): Promise<void> {
    const sentAt = performance.now();
    try {
      const { cancelled } = await this.#api.progress(this.#leaseId, event);
      this.#heardAt = sentAt;
      if (cancelled) this.#onStop("cancelled");
    } catch (error) {
      const lost =
        error instanceof EaselError && (error.code === "lease_lost" || error.code === "unauthorized");
      // A server that is away for a moment is waited for, as long as the lease may live.
      if (lost || performance.now() - this.#heardAt > LEASE_SECONDS * 1000) this.#onStop("lease_lost");
    }
  }

  async #wait(milliseconds: number): Promise<void> {
    if (this.#pending !== null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
