import type { WordLists } from "../../core/prompt/wildcards.ts";
import { keep, readKept } from "../../kept/kept.ts";
import { list, record, text } from "../../kept/shapes.ts";
import { BUILT_IN_LISTS } from "./built-in-lists.ts";

const KEY = "easel-word-lists";
const keptShape = record(list(text));

/** What a list may be called, so that `__name__` finds it. */
export const LIST_NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]|_(?!_))*$/u;

/** The words behind `__name__`: the user's own lists before the built-in ones of the same name. */
export class KeptWordLists {
  #own = $state.raw<Readonly<Record<string, string[]>>>({});
  readonly #storage: Pick<Storage, "getItem" | "setItem">;

  constructor(storage: Pick<Storage, "getItem" | "setItem"> = localStorage) {
    this.#storage = storage;
    this.#own = readKept(storage, KEY, keptShape) ?? {};
  }

  get own(): [name: string, lines: string[]][] {
    return Object.entries(this.#own);
  }

  /** All that a prompt can name. */
  get all(): WordLists {
    const lists: Readonly<Record<string, readonly string[]>> = { ...BUILT_IN_LISTS, ...this.#own };
    return { get: (name) => (Object.hasOwn(lists, name) ? lists[name] : undefined) };
  }

  /** @param text one alternative a line; blank ones are left out */
  save(name: string, text: string, was: string = name): void {
    const lines = text.split(/\r?\n/).map((line) => line.trim());
    const { [was]: _, ...others } = this.#own;
    this.#own = { ...others, [name]: lines.filter((line) => line !== "") };
    keep(this.#storage, KEY, this.#own);
  }

  remove(name: string): void {
    const { [name]: _, ...others } = this.#own;
    this.#own = others;
    keep(this.#storage, KEY, this.#own);
  }
}
