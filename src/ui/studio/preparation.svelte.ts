import { asFailure } from "../../contracts/errors.ts";
import { sizeWords } from "../../language/quantities.ts";
import type { Library } from "../../models/library.ts";
import { m } from "../../paraglide/messages.js";
import { failureWords } from "../language/failure-words.ts";
import type { Updates } from "../shell/updates.svelte.ts";

type State = "idle" | "working" | "ready" | "failed";

/** Makes this device able to draw by itself, also without a network: the model's files and the runtime's. */
export class Preparation {
  #state = $state<State>("idle");
  /** Made as they are read, so that they follow the page's language. */
  #words = $state.raw<() => string>(() => "");
  #detail = $state.raw<() => string>(() => "");

  get state(): State {
    return this.#state;
  }

  get words(): string {
    return this.#words();
  }

  /** More, for who asks. */
  get detail(): string {
    return this.#detail();
  }

  /** This device can't keep a model. @param why a sentence for who asks */
  refuse(why: () => string): void {
    this.#tell("failed", m.ready_failed, why);
  }

  /** @param webgpu whether this device draws with its GPU */
  async run(library: Library, model: string, webgpu: boolean, updates: Updates): Promise<void> {
    this.#tell("working", m.ready_working, m.ready_model_detail);
    try {
      await library.ensure(new AbortController().signal, model, ({ loadedBytes, totalBytes }) => {
        const way = { loaded: sizeWords(loadedBytes), total: sizeWords(totalBytes) };
        this.#tell("working", () => m.ready_fetching(way), m.ready_model_detail);
      });
    } catch (thrown) {
      const failure = asFailure(thrown);
      this.#tell("failed", m.ready_failed, () => {
        const { message, hint } = failureWords(failure);
        return [message, hint].join(" ");
      });
      return;
    }
    this.#tell("working", m.ready_working, m.ready_runtime_detail);
    if (await updates.keepRuntimeFiles(webgpu)) {
      this.#tell("ready", m.ready_offline, m.ready_offline_detail);
    } else {
      this.#tell("ready", m.ready_online, m.ready_online_detail);
    }
  }

  #tell(state: State, words: () => string, detail: () => string): void {
    this.#state = state;
    this.#words = words;
    this.#detail = detail;
  }
}
