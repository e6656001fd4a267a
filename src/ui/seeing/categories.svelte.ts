import { wrap, type Remote } from "comlink";
import type { SeeingWorkerApi } from "../../contracts/seeing-worker.ts";
import type { Job } from "../../history/database.ts";
import type { History } from "../../history/history.ts";

const KEY = "easel-sort-pictures";
/** After a while without a picture the worker gives its memory back. */
const IDLE_MILLISECONDS = 30_000;

/** Notes of each new picture what its prompt is about, so that it is found by that: on this device, if it is wanted. */
export class Categories {
  readonly #history: Pick<History, "setCategory">;
  #wanted = $state(readWanted());
  #worker: Worker | null = null;
  #api: Remote<SeeingWorkerApi> | null = null;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(history: Pick<History, "setCategory">) {
    this.#history = history;
  }

  get on(): boolean {
    return this.#wanted;
  }

  choose(wanted: boolean): void {
    this.#wanted = wanted;
    try {
      localStorage.setItem(KEY, wanted ? "yes" : "no");
    } catch {
      // A full disk: it is as before at the next visit.
    }
  }

  /** Nobody waits for it, and a picture is as good without: what fails here is not told. */
  async note({ id, request }: Job): Promise<void> {
    if (!this.#wanted) return;
    clearTimeout(this.#idle);
    try {
      const outcome = await this.#start().categorise([request.prompt]);
      if (outcome.ok) await this.#history.setCategory(id, outcome.value[0]!);
    } catch {
      this.#end();
    } finally {
      clearTimeout(this.#idle);
      this.#idle = setTimeout(() => this.#end(), IDLE_MILLISECONDS);
    }
  }

  #start(): Remote<SeeingWorkerApi> {
    if (this.#api !== null) return this.#api;
    this.#worker = new Worker(new URL("../../../workers/seeing/main.ts", import.meta.url), {
      type: "module",
    });
    this.#api = wrap<SeeingWorkerApi>(this.#worker);
    return this.#api;
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#api = null;
  }
}

function readWanted(): boolean {
  try {
    return localStorage.getItem(KEY) !== "no";
  } catch {
    return true;
  }
}
