import type { Overview } from "../../contracts/administration.ts";
import { asFailure } from "../../contracts/errors.ts";
import type { Share } from "../../contracts/share.ts";
import { m } from "../../paraglide/messages.js";
import type { Told } from "../language/failure-words.ts";
import type { Toasts } from "../shell/toasts.svelte.ts";
import { easel } from "../easel.ts";
import { AdminApi } from "./admin-api.ts";

/** Kept until the tab is closed: a token that opens everything does not stay on a device. */
const KEPT = "easel-admin-token";
const REFRESH_MILLISECONDS = 5000;

/** What the administration's page shows, and what it can do. */
export class Administration {
  readonly #toasts: Toasts;
  #api = $state.raw<AdminApi | null>(null);
  #overview = $state.raw<Overview | null>(null);
  #shares = $state.raw<Share[]>([]);
  #failure = $state.raw<Told | null>(null);
  #busy = $state(false);

  constructor(toasts: Toasts) {
    this.#toasts = toasts;
    const kept = sessionStorage.getItem(KEPT);
    if (kept !== null) this.#api = new AdminApi(kept);
  }

  get entered(): boolean {
    return this.#api !== null;
  }
  get overview(): Overview | null {
    return this.#overview;
  }
  get shares(): readonly Share[] {
    return this.#shares;
  }
  get failure(): Told | null {
    return this.#failure;
  }
  get busy(): boolean {
    return this.#busy;
  }

  async enter(token: string): Promise<void> {
    this.#api = new AdminApi(token);
    sessionStorage.setItem(KEPT, token);
    await this.refresh();
  }

  leave(): void {
    sessionStorage.removeItem(KEPT);
    this.#api = null;
    this.#overview = null;
    this.#shares = [];
  }

  /** Looks every few seconds, while the page is shown. @returns ends it */
  follow(): () => void {
    void this.refresh();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void this.refresh();
    }, REFRESH_MILLISECONDS);
    return () => clearInterval(timer);
  }

  async refresh(): Promise<void> {
    await this.#with(async (api) => {
      [this.#overview, this.#shares] = await Promise.all([api.overview(), api.shares()]);
    });
  }

  redrive(): Promise<void> {
    return this.#change(async (api) => m.admin_redriven({ count: await api.redrive() }));
  }

  forgetCache(): Promise<void> {
    return this.#change(async (api) => m.admin_forgotten({ count: await api.forgetCache() }));
  }

  revoke(share: Share): Promise<void> {
    return this.#change(async (api) => {
      await api.revoke(share.id);
      return m.admin_revoked();
    });
  }

  async #change(run: (api: AdminApi) => Promise<string>): Promise<void> {
    this.#busy = true;
    await this.#with(async (api) => this.#toasts.say(await run(api)));
    this.#busy = false;
    await this.refresh();
  }

  async #with(run: (api: AdminApi) => Promise<void>): Promise<void> {
    const api = this.#api;
    if (api === null) return;
    try {
      await run(api);
      this.#failure = null;
    } catch (error) {
      const failure = asFailure(error);
      // A wrong or changed token is asked for anew.
      if (failure.code === "unauthorized") this.leave();
      this.#failure = failure;
    }
  }
}

/** One for the visit: it comes with the page that shows it. */
export const administration = new Administration(easel.toasts);
