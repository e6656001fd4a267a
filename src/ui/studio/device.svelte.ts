import type { DeviceProfile } from "../../contracts/device.ts";
import type { BackendReport } from "../../contracts/diffusion-worker.ts";
import { seemsFastEnough } from "../../generation/device-speed.ts";
import { keepBenchmark, knownBenchmark } from "../../generation/known-benchmark.ts";
import type { LocalDrawer } from "../../generation/local-drawer.ts";

/** What this device is, found out once and then remembered for the visit. */
export class Device {
  readonly #drawer: LocalDrawer;
  #profile = $state.raw<DeviceProfile | null>(null);
  #probe: Promise<DeviceProfile | null> | null = null;

  constructor(drawer: LocalDrawer) {
    this.#drawer = drawer;
  }

  /** Without one (a phone on http://192.168…) there is no WebGPU, no threads, no OPFS and no service worker. */
  get secureContext(): boolean {
    return window.isSecureContext;
  }

  /** null until it has been looked at, and where the worker does not start. */
  get profile(): DeviceProfile | null {
    return this.#profile;
  }

  /** Whether models can be kept here; true until the device has been looked at. */
  get keepsModels(): boolean {
    return this.#profile?.storage !== null;
  }

  /** The ways to draw; empty where this browser can't draw. Asked again next time where the worker did not start. */
  async probe(): Promise<readonly BackendReport[]> {
    if (!this.secureContext) return [];
    this.#probe ??= this.#look();
    this.#profile = await this.#probe;
    if (this.#profile === null) this.#probe = null;
    return this.#profile?.backends ?? [];
  }

  async #look(): Promise<DeviceProfile | null> {
    const profile = await this.#drawer.probe(knownBenchmark(localStorage));
    if (profile !== null) keepBenchmark(localStorage, profile);
    return profile;
  }

  /** The word of the probe on a device for which no picture has been timed; true while nothing is known. */
  get seemsFastEnough(): boolean {
    return this.#profile === null || seemsFastEnough(this.#profile.benchmark.processor);
  }
}
