import { keep, readKept } from "../../kept/kept.ts";
import { list, object, text } from "../../kept/shapes.ts";
import { applyStyles, type Prompts, type Style } from "./styles.ts";

const KEY = "easel-styles";
const styleShape = object({ name: text, prompt: text, negativePrompt: text });
const keptShape = object({ styles: list(styleShape), chosen: list(text) });

/** The styles of this browser, by name, and those that are on the next picture. */
export class KeptStyles {
  #styles = $state.raw<readonly Style[]>([]);
  #chosen = $state.raw<readonly string[]>([]);
  readonly #storage: Pick<Storage, "getItem" | "setItem">;

  constructor(storage: Pick<Storage, "getItem" | "setItem"> = localStorage) {
    this.#storage = storage;
    const kept = readKept(storage, KEY, keptShape);
    this.#styles = kept?.styles ?? [];
    this.#chosen = kept?.chosen ?? [];
  }

  get all(): readonly Style[] {
    return this.#styles;
  }

  /** In the order in which they were chosen. */
  readonly chosen: readonly Style[] = $derived(
    this.#chosen.flatMap((name) => this.#styles.find((style) => style.name === name) ?? []),
  );

  toggle(name: string): void {
    const on = this.#chosen.includes(name);
    this.#chosen = on ? this.#chosen.filter((other) => other !== name) : [...this.#chosen, name];
    this.#save();
  }

  /** None is on the next picture: its prompt says everything already. */
  chooseNone(): void {
    this.#chosen = [];
    this.#save();
  }

  /** Adds it, or puts it in the place of the one that was called `was`, or of one of its own name. */
  save(style: Style, was: string = style.name): void {
    const renamed = this.#styles.filter(({ name }) => name !== style.name || name === was);
    const at = renamed.findIndex(({ name }) => name === was);
    this.#styles = at < 0 ? [...renamed, style] : renamed.with(at, style);
    this.#chosen = this.#chosen.map((name) => (name === was ? style.name : name));
    this.#save();
  }

  remove(name: string): void {
    this.#styles = this.#styles.filter((style) => style.name !== name);
    this.#save();
  }

  apply(prompts: Prompts): Prompts {
    return applyStyles(prompts, this.chosen);
  }

  #save(): void {
    keep(this.#storage, KEY, { styles: this.#styles, chosen: this.#chosen });
  }
}
