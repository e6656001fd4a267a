import { m } from "../../paraglide/messages.js";

const KEY = "easel-notify";

/** A word from the system when a picture is done while the page is hidden: only for who wants it, asked for once. */
export class Notifications {
  /** null: never asked. */
  #wanted = $state<boolean | null>(readWanted());
  #permission = $state(permission());

  /** Whether a word would come. */
  get on(): boolean {
    return this.#wanted === true && this.#permission === "granted";
  }

  /** The browser has said no, and only its own settings take that back. */
  get refused(): boolean {
    return this.#permission === "denied";
  }

  /** Whether this browser has them, and has not said no. */
  get possible(): boolean {
    return this.#permission !== "missing" && !this.refused;
  }

  /** Whether it is still to be asked for. */
  get unasked(): boolean {
    return this.#wanted === null && this.possible;
  }

  /** What its user says. The browser asks by itself where it was never asked; call it upon a click. */
  async choose(wanted: boolean): Promise<void> {
    this.#wanted = wanted;
    try {
      localStorage.setItem(KEY, wanted ? "yes" : "no");
    } catch {
      // A full disk: it is asked again at the next visit.
    }
    if (!wanted || this.#permission !== "default") return;
    await Notification.requestPermission();
    this.#permission = permission();
  }

  /** A picture has ended while nobody looked. */
  async tell(prompt: string, succeeded: boolean): Promise<void> {
    if (!this.on || document.visibilityState === "visible") return;
    const title = succeeded ? m.notify_done() : m.notify_failed();
    // One at a time: a batch does not fill the screen.
    const options = { body: prompt, icon: "/icons/icon-192.png", tag: "easel-picture" };
    const registration = await navigator.serviceWorker?.getRegistration();
    // Android knows them from a service worker only.
    if (registration?.active) await registration.showNotification(title, options);
    else new Notification(title, options).onclick = () => window.focus();
  }
}

function permission(): NotificationPermission | "missing" {
  return "Notification" in window && window.isSecureContext ? Notification.permission : "missing";
}

function readWanted(): boolean | null {
  const kept = localStorage.getItem(KEY);
  return kept === null ? null : kept === "yes";
}
