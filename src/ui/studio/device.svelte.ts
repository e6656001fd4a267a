import type { BackendReport } from "../../contracts/diffusion-worker.ts";
import type { LocalDrawer } from "../../generation/local-drawer.ts";
import { seemsFastEnough } from "../../generation/device-speed.ts";

/** What this browser can draw with, found out once and then remembered for the visit. */
export class Device {
  readonly #drawer: LocalDrawer;
  #backends = $state.raw<BackendReport[]>([]);
  #probe: Promise<BackendReport[]> | null = null;
  #seemsFast: boolean | null = null;

  constructor(drawer: LocalDrawer) {
    this.#drawer = drawer;
  }

  /** Without one (a phone on http://192.168…) there is no WebGPU, no threads, no OPFS and no service worker. */
  get secureContext(): boolean {
    return window.isSecureContext;
  }

  get backends(): readonly BackendReport[] {
    return this.#backends;
  }

  /** Empty where this browser can't draw; asked again next time where the worker did not start. */
  async probe(): Promise<BackendReport[]> {
    if (!this.secureContext) return [];
    this.#probe ??= this.#drawer.probe();
    const backends = await this.#probe;
    if (backends.length === 0) this.#probe = null;
    this.#backends = backends;
    return backends;
  }

  get seemsFastEnough(): boolean {
    this.#seemsFast ??= seemsFastEnough();
    return this.#seemsFast;
  }
}
