/** What a user does with a page. */
const ACTS = ["pointerdown", "pointermove", "keydown", "wheel", "scroll"] as const;
/** For so long nothing is done before work begins that nobody waits for. */
const REST_MILLISECONDS = 2_000;

/** Tells when nobody does anything with this page. */
export class PageRest {
  #lastAct = performance.now();

  constructor() {
    const act = () => (this.#lastAct = performance.now());
    // Scrolling is told where it happens; only on its way down does the window hear of it.
    for (const name of ACTS) addEventListener(name, act, { passive: true, capture: true });
  }

  /** @returns once nothing has been done for two seconds, and the page has nothing else to do */
  async come(): Promise<void> {
    for (;;) {
      const left = this.#lastAct + REST_MILLISECONDS - performance.now();
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      else break;
    }
    // Safari has no such callback.
    if (!("requestIdleCallback" in window)) return;
    await new Promise((resolve) => requestIdleCallback(resolve, { timeout: REST_MILLISECONDS }));
  }
}
