import type { PromptReading } from "../../core/prompt/prompt-texts.ts";
import type { CountTokens } from "./open-token-count.ts";

/** What a model's tokenizer is asked for, once it is here. */
type Loaded = { model: string; count: Promise<CountTokens | null> };

/** Counts a prompt's tokens with the model's own tokenizer, which is fetched when it is first needed. */
export class TokenCounter {
  #loaded: Loaded | null = null;

  /**
   * How many tokens go into each chunk; null where this browser can't read the model's tokenizer (one that is on the
   * server only).
   */
  async count(model: string, prompt: string, reading: PromptReading): Promise<number[] | null> {
    if (this.#loaded?.model !== model) this.#loaded = { model, count: load(model) };
    const count = await this.#loaded.count;
    // A model that was not here may have come since.
    if (count === null) this.#loaded = null;
    return count?.(prompt, reading) ?? null;
  }
}

async function load(model: string): Promise<CountTokens | null> {
  try {
    const { openTokenCount } = await import("./open-token-count.ts");
    return await openTokenCount(model);
  } catch {
    return null;
  }
}
