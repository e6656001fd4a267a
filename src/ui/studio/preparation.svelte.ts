import { asFailure } from "../../contracts/errors.ts";
import type { Library } from "../../models/library.ts";
import type { Updates } from "../shell/updates.svelte.ts";

type State = "idle" | "working" | "ready" | "failed";

/** Makes this device able to draw by itself, also without a network: the model's files and the runtime's. */
export class Preparation {
  #state = $state<State>("idle");
  #words = $state("");
  #detail = $state("");

  get state(): State {
    return this.#state;
  }

  get words(): string {
    return this.#words;
  }

  /** More, for who asks. */
  get detail(): string {
    return this.#detail;
  }

  /** @param webgpu whether this device draws with its GPU */
  async run(library: Library, model: string, webgpu: boolean, updates: Updates): Promise<void> {
    this.#tell("working", "Getting ready", "The model is fetched once and kept in this browser.");
    try {
      await library.ensure(new AbortController().signal, model, ({ loadedBytes, totalBytes }) => {
        const [loaded, total] = [loadedBytes, totalBytes].map((bytes) => Math.round(bytes / 1e6));
        this.#tell("working", `Fetching ${loaded} of ${total} MB`, this.#detail);
      });
    } catch (thrown) {
      const { message, hint } = asFailure(thrown);
      this.#tell("failed", "No model on this device", [message, hint].join(" "));
      return;
    }
    this.#tell("working", "Getting ready", "What draws with the model is kept in this browser.");
    if (await updates.keepRuntimeFiles(webgpu)) {
      this.#tell("ready", "Ready offline", "This device can draw with the network gone.");
    } else {
      this.#tell("ready", "Ready", "This device has the model. Drawing needs a network here.");
    }
  }

  #tell(state: State, words: string, detail: string): void {
    this.#state = state;
    this.#words = words;
    this.#detail = detail;
  }
}
