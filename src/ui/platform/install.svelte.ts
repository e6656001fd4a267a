const KEY = "easel-install-asked";
/** Chromium's; no other browser lets a page ask. */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

/** Offers to install the page as an app: once, and only who has seen a picture come of it. */
export class Install {
  #event = $state.raw<InstallEvent | null>(null);
  #drawn = $state(false);
  #asked = $state(localStorage.getItem(KEY) !== null);

  constructor() {
    addEventListener("beforeinstallprompt", (event) => {
      // The browser would ask at a moment of its own.
      event.preventDefault();
      this.#event = event as InstallEvent;
    });
    addEventListener("appinstalled", () => (this.#event = null));
  }

  get offered(): boolean {
    return this.#event !== null && !this.#asked && this.#drawn;
  }

  noteDrawn(): void {
    this.#drawn = true;
  }

  async accept(): Promise<void> {
    const event = this.#event;
    this.decline();
    await event?.prompt();
  }

  decline(): void {
    this.#asked = true;
    try {
      localStorage.setItem(KEY, "yes");
    } catch {
      // A full disk: it is asked again at the next visit.
    }
  }
}
