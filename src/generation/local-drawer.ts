import { proxy, wrap, type Remote } from "comlink";
import type { DeviceProfile, KnownBenchmark } from "../contracts/device.ts";
import type { DiffusionWorkerApi, LocalPicture, Outcome } from "../contracts/diffusion-worker.ts";
import { asFailure, EaselError, type ErrorCode } from "../contracts/errors.ts";
import type { Progress } from "../contracts/progress.ts";
import type { GenerationRequest } from "../contracts/request.ts";
import { interrupted } from "./api.ts";
import type { Library } from "../models/library.ts";
import { inDeviceTurn, someTabDraws } from "./device-turn.ts";
import type { Drawer, Drawn, DrawOptions, Place } from "./drawer.ts";

/** Between two signs of life from the worker; compiling shaders on a slow device is the longest silence. */
const STUCK_MILLISECONDS = 180_000;
/** A cancelled step ends within this time, or the worker is ended. */
const CANCEL_MILLISECONDS = 4_000;

/** After these the worker's device or memory can't be trusted: the next picture gets a new worker. */
const RENEW_AFTER: ReadonlySet<ErrorCode> = new Set([
  "device_lost",
  "out_of_memory",
  "timed_out",
  "internal",
]);

/** After these a file that was here is gone: the library offers it again. */
const DAMAGED: ReadonlySet<ErrorCode> = new Set(["model_corrupt", "model_not_installed"]);

/**
 * Draws in this browser, in a worker that is kept warm between pictures: its sessions stay loaded. A worker that
 * is stuck or has lost its device is ended, which also gives its memory back, and renewed on the next call.
 */
export class LocalDrawer implements Drawer {
  readonly #library: Pick<Library, "ensure" | "noteDamage">;
  #worker: Worker | null = null;
  #api: Remote<DiffusionWorkerApi> | null = null;
  #crash: AbortController = new AbortController();
  /** The model whose sessions the worker keeps, or is loading, and for which backend. */
  #held: { model: string; place: Place } | null = null;

  constructor(library: Pick<Library, "ensure" | "noteDamage">) {
    this.#library = library;
  }

  /** What this device is; null where the worker can't even start. */
  async probe(known?: KnownBenchmark): Promise<DeviceProfile | null> {
    const api = this.#start();
    try {
      return await this.#orCrash(api.probe(known));
    } catch {
      this.end();
      return null;
    }
  }

  async draw(request: GenerationRequest, place: Place, options: DrawOptions): Promise<Drawn> {
    if (place === "server") throw new EaselError("no_backend", "This drawer draws in the browser only.");
    await this.#library.ensure(options.signal, request.model, options.onProgress);
    const wait = (ahead: number) => options.onProgress({ type: "queued", position: ahead, etaSeconds: null });
    try {
      return await inDeviceTurn(options.signal, wait, () => this.#drawNow(request, place, options));
    } catch (thrown) {
      if (options.signal.aborted) throw interrupted();
      throw thrown;
    }
  }

  /** Has the worker load a model before a picture is asked for, unless another tab draws. */
  async warmUp(model: string, place: Exclude<Place, "server">): Promise<void> {
    const api = this.#start();
    try {
      if (await someTabDraws()) return;
      // comlink's type distributes the promise over the union.
      const call: Promise<Outcome<boolean>> = api.warmUp(model, place);
      const outcome = await this.#orCrash(call);
      // A picture may be waiting in this worker by now: only it may have the worker ended.
      if (!outcome.ok) await this.#tellDamage(outcome.failure.code);
      else if (outcome.value) this.#held = { model, place };
    } catch {
      // The worker has ended: the next call starts another one.
    }
  }

  /** Whether a picture of this model would find it loaded there. */
  holds(model: string, place: Place): boolean {
    return this.#held?.model === model && this.#held.place === place;
  }

  /** Ends the worker: its memory goes back to the system. */
  end(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#api = null;
    this.#held = null;
  }

  async #drawNow(
    request: GenerationRequest,
    provider: Exclude<Place, "server">,
    { signal, inputs = {}, onProgress }: DrawOptions,
  ): Promise<Drawn> {
    const api = this.#start();
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    let cancelTimer: ReturnType<typeof setTimeout> | undefined;
    const cancel = () => {
      void api.cancel();
      cancelTimer = setTimeout(() => this.#fail(interrupted()), CANCEL_MILLISECONDS);
    };
    const feed = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => this.#fail(stuck()), STUCK_MILLISECONDS);
    };
    const hear = (event: Progress<ImageBitmap>) => {
      feed();
      // What is under way when the user cancels is no news any more.
      if (!signal.aborted) onProgress(event);
      else if (event.type === "step") event.preview?.close();
    };
    if (signal.aborted) throw interrupted();
    signal.addEventListener("abort", cancel, { once: true });
    feed();
    this.#held = { model: request.model, place: provider };
    try {
      // comlink's type distributes the promise over the union.
      const call: Promise<Outcome<LocalPicture>> = api.draw(
        { request, inputs, provider, previews: true },
        proxy(hear),
      );
      return pictureOf(await this.#orCrash(call));
    } catch (thrown) {
      const failure = signal.aborted ? interrupted() : EaselError.fromFailure(asFailure(thrown));
      if (RENEW_AFTER.has(failure.code)) this.end();
      await this.#tellDamage(failure.code);
      throw failure;
    } finally {
      clearTimeout(watchdog);
      clearTimeout(cancelTimer);
      signal.removeEventListener("abort", cancel);
    }
  }

  async #tellDamage(code: ErrorCode): Promise<void> {
    if (DAMAGED.has(code)) await this.#library.noteDamage();
  }

  #start(): Remote<DiffusionWorkerApi> {
    if (this.#api !== null) return this.#api;
    this.#crash = new AbortController();
    const name = `easel-diffusion-${crypto.randomUUID()}`;
    const worker = new Worker(new URL("../../workers/diffusion/main.ts", import.meta.url), {
      type: "module",
      name,
    });
    worker.addEventListener("error", (event) => {
      const message = event.message === "" ? "The drawing worker could not be started." : event.message;
      this.#fail(new EaselError("internal", message, { hint: "Reload the page and try again." }));
    });
    this.#worker = worker;
    const api = wrap<DiffusionWorkerApi>(worker);
    this.#api = api;
    void this.#watch(api, name, this.#crash.signal);
    return api;
  }

  /** A worker that the browser ends says nothing: its lock, which it then loses, does. */
  async #watch(api: Remote<DiffusionWorkerApi>, name: string, crash: AbortSignal): Promise<void> {
    if (!("locks" in navigator)) return;
    try {
      await api.holdName();
      await navigator.locks.request(name, { signal: crash }, () => undefined);
    } catch {
      return; // It has failed otherwise, and that is known.
    }
    // It may have been ended on purpose, and another one may run by now.
    if (this.#api === api) this.#fail(ended());
  }

  /** Ends the worker and rejects what waits for it: a call into an ended worker would never settle. */
  #fail(reason: EaselError): void {
    this.end();
    this.#crash.abort(reason);
  }

  #orCrash<Value>(call: Promise<Value>): Promise<Value> {
    const crash = this.#crash.signal;
    return new Promise<Value>((resolve, reject) => {
      const crashed = () => reject(crash.reason as EaselError);
      if (crash.aborted) crashed();
      crash.addEventListener("abort", crashed, { once: true });
      call.then(resolve, reject).finally(() => crash.removeEventListener("abort", crashed));
    });
  }
}

function pictureOf(outcome: Outcome<LocalPicture>): Drawn {
  if (!outcome.ok) throw EaselError.fromFailure(outcome.failure);
  return { png: outcome.value.png, result: outcome.value.result };
}

function ended(): EaselError {
  return new EaselError("worker_lost", "The browser ended the drawing worker.", {
    hint: "Memory may have run out. Close other tabs and try again, or choose Server.",
  });
}

function stuck(): EaselError {
  return new EaselError("timed_out", "The device has not answered for three minutes.", {
    hint: "Fewer steps, or choose Server.",
  });
}
