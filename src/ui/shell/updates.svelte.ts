import type { Workbox } from "workbox-window";
import { heldJobs } from "../../history/job-locks.ts";

const JOB_POLL_MILLISECONDS = 1_000;
const LOOK_AGAIN_MILLISECONDS = 60 * 60 * 1_000;

/**
 * The service worker's life as the page sees it: the app is kept for use without a network, and a new version waits
 * until its user takes it and no tab is drawing: a reload never falls on a picture (R22).
 */
export class Updates {
  #waiting = $state(false);
  #taking = $state(false);
  #offlineReady = $state(false);
  #workbox: Workbox | null = null;

  /** A new version is there. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** It was taken and waits for the last picture to be finished. */
  get taking(): boolean {
    return this.#taking;
  }

  /** The app's shell is kept on this device. */
  get offlineReady(): boolean {
    return this.#offlineReady;
  }

  async register(): Promise<void> {
    if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
    const { Workbox } = await import("workbox-window");
    const workbox = new Workbox("/sw.js");
    this.#workbox = workbox;
    workbox.addEventListener("waiting", () => (this.#waiting = true));
    // The first worker to control a page that had none is no update, nor one that this page must follow.
    let controlled = navigator.serviceWorker.controller !== null;
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      if (controlled) void this.#reloadWhenIdle();
      controlled = true;
    });
    // Refused in some private windows: then the page works with a network only.
    if ((await workbox.register().catch(() => undefined)) === undefined) return;
    const registration = await navigator.serviceWorker.ready;
    this.#offlineReady = true;
    setInterval(() => void registration.update().catch(() => undefined), LOOK_AGAIN_MILLISECONDS);
  }

  /** Has the service worker keep what drawing without a network needs besides the model. @returns whether it did. */
  async keepRuntimeFiles(webgpu: boolean): Promise<boolean> {
    if (!this.#offlineReady) return false;
    const { active } = await navigator.serviceWorker.ready;
    if (active === null) return false;
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise<boolean>((resolve) => {
      port1.onmessage = ({ data }) => resolve(data === true);
    });
    active.postMessage({ type: "KEEP_RUNTIME_FILES", webgpu }, [port2]);
    return await answer;
  }

  /** The new version takes over all tabs at once, hence only when none of them draws. */
  async take(): Promise<void> {
    if (this.#taking) return;
    this.#taking = true;
    await untilNoTabDraws();
    this.#workbox?.messageSkipWaiting();
  }

  /** This tab or another took the new version: each follows once no picture is being drawn. */
  async #reloadWhenIdle(): Promise<void> {
    await untilNoTabDraws();
    location.reload();
  }
}

async function untilNoTabDraws(): Promise<void> {
  while ((await heldJobs()).size > 0)
    await new Promise((resolve) => setTimeout(resolve, JOB_POLL_MILLISECONDS));
}
