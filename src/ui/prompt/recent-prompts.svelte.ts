import { keep, readKept } from "../../kept/kept.ts";
import { list, object, text } from "../../kept/shapes.ts";
import type { Prompts } from "./styles.ts";

const KEY = "easel-recent-prompts";
const MOST = 100;
const keptShape = list(object({ prompt: text, negativePrompt: text }));

/** What was asked for, as it was typed (wildcards and all), each once, newest first. */
export class RecentPrompts {
  #all = $state.raw<readonly Prompts[]>([]);
  readonly #storage: Pick<Storage, "getItem" | "setItem">;

  constructor(storage: Pick<Storage, "getItem" | "setItem"> = localStorage) {
    this.#storage = storage;
    this.#all = readKept(storage, KEY, keptShape) ?? [];
  }

  get all(): readonly Prompts[] {
    return this.#all;
  }

  remember({ prompt, negativePrompt }: Prompts): void {
    const others = this.#all.filter((one) => one.prompt !== prompt || one.negativePrompt !== negativePrompt);
    this.#put([{ prompt, negativePrompt }, ...others].slice(0, MOST));
  }

  clear(): void {
    this.#put([]);
  }

  #put(all: readonly Prompts[]): void {
    this.#all = all;
    keep(this.#storage, KEY, all);
  }
}
