import { toCamel, toSnake, type Camel } from "../../contracts/casing.ts";
import type { RequestInput } from "../../contracts/request.ts";
import { PROMPT_SYNTAXES, SIGMA_SPACINGS } from "../../contracts/request-limits.ts";
import { keep, readKept } from "../../kept/kept.ts";
import { fraction, number, object, oneOf, part, type Shaped } from "../../kept/shapes.ts";

const KEY = "easel-further-settings";

const furtherShape = part({
  prompt_syntax: oneOf(PROMPT_SYNTAXES),
  sigmas: oneOf(SIGMA_SPACINGS),
  variation_seed: number,
  variation_strength: fraction,
  second_pass: object({ scale: number, num_steps: number, strength: fraction }),
});
export type Further = Camel<Shaped<typeof furtherShape>>;

/**
 * What a picture's request has beyond the fields: taken over with them, so that "use everything" draws the same picture;
 * shown, kept across visits, and removed one by one.
 */
export class FurtherSettings {
  readonly #storage: Pick<Storage, "getItem" | "setItem">;
  #values = $state.raw<Further>({});

  constructor(storage: Pick<Storage, "getItem" | "setItem"> = localStorage) {
    this.#storage = storage;
    this.#values = toCamel(readKept(storage, KEY, furtherShape) ?? {});
  }

  get values(): Further {
    return this.#values;
  }

  /** Those of a request, in place of what was here; what is the default anyway is not worth a word. */
  take({ promptSyntax, sigmas, variationSeed, variationStrength, secondPass }: Partial<RequestInput>): void {
    this.#set({
      ...(promptSyntax !== undefined && promptSyntax !== "a1111" && { promptSyntax }),
      ...(sigmas !== undefined && sigmas !== "default" && { sigmas }),
      ...(variationSeed !== undefined &&
        variationStrength !== undefined && { variationSeed, variationStrength }),
      ...(secondPass !== undefined && { secondPass }),
    });
  }

  remove(...names: (keyof Further)[]): void {
    this.#set(
      Object.fromEntries(
        Object.entries(this.#values).filter(([name]) => !names.includes(name as keyof Further)),
      ),
    );
  }

  #set(values: Further): void {
    this.#values = values;
    keep(this.#storage, KEY, toSnake(values));
  }
}
