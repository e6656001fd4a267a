import type { z } from "zod";
import { toCamel, toSnake, type Camel } from "../../contracts/casing.ts";
import { requestSchema, type RequestInput } from "../../contracts/request.ts";

const KEY = "easel-further-settings";

const furtherSchema = requestSchema
  .pick({
    prompt_syntax: true,
    sigmas: true,
    variation_seed: true,
    variation_strength: true,
    second_pass: true,
  })
  .partial();
export type Further = Camel<z.infer<typeof furtherSchema>>;

/**
 * What a picture's request has beyond the fields: taken over with them, so that "use everything" draws the same picture;
 * shown, kept across visits, and removed one by one.
 */
export class FurtherSettings {
  readonly #storage: Pick<Storage, "getItem" | "setItem">;
  #values = $state.raw<Further>({});

  constructor(storage: Pick<Storage, "getItem" | "setItem"> = localStorage) {
    this.#storage = storage;
    try {
      const parsed = furtherSchema.safeParse(JSON.parse(storage.getItem(KEY) ?? "{}"));
      if (parsed.success) this.#values = toCamel(parsed.data);
    } catch {
      // Not ours, or cut short: none.
    }
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
    try {
      this.#storage.setItem(KEY, JSON.stringify(toSnake(values)));
    } catch {
      // A full disk: they are still on the page.
    }
  }
}
