const KEY = "easel-install-asked";
/** Who has drawn so many pictures knows what would be installed. */
const AFTER_PICTURES = 3;

/** Chromium's; no other browser lets a page ask. */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

/** Offers once, after a few pictures, to install the page as an app. */
export class Install {
  #event = $state.raw<InstallEvent | null>(null);
  #pictures = $state(0);
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
    return this.#event !== null && !this.#asked && this.#pictures >= AFTER_PICTURES;
  }

  noteDrawn(): void {
    this.#pictures++;
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
