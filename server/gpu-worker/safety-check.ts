import { randomUUID } from "node:crypto";
import { EaselError } from "../../src/contracts/errors.ts";
import type { Progress } from "../../src/contracts/progress.ts";
import type { Safety } from "../../src/contracts/safety.ts";
import { findUnsafe } from "../../src/seeing/safety.ts";
import type { Inference } from "./inference-child.ts";
import { safetyOf, type SeeingShelf } from "../models/seeing-shelf.ts";
import type { SeeingChild } from "./seeing/client.ts";

const TASK = "image-safety";

/** Looks at what was drawn before it leaves the worker, where this one has a safety model. */
export class SafetyCheck {
  readonly #shelf: SeeingShelf;
  readonly #child: Pick<SeeingChild, "models" | "see">;

  constructor(shelf: SeeingShelf, child: Pick<SeeingChild, "models" | "see">) {
    this.#shelf = shelf;
    this.#child = child;
  }

  /** What pictures are looked at with from now on; undefined: nothing that this worker has loaded. */
  async current(): Promise<Safety | undefined> {
    const safety = safetyOf(this.#shelf);
    if (safety === undefined) return undefined;
    const loaded = await this.#child.models();
    return loaded.some(({ task, digest }) => task === TASK && digest === safety.digest) ? safety : undefined;
  }

  /** Draws as `inference` does, but shows nothing before it was looked at, and nothing that is unsafe. */
  over(inference: Inference, safety: Safety): Inference {
    return {
      models: () => inference.models(),
      draw: async (request, onProgress, signal, inputs) => {
        const drawn = await inference.draw(request, (event) => onProgress(unseen(event)), signal, inputs);
        await this.#require(safety, drawn.png);
        return drawn;
      },
    };
  }

  /** @throws EaselError `unsafe_picture`; and what goes wrong in looking, since a picture is not kept unseen */
  async #require(safety: Safety, png: Uint8Array): Promise<void> {
    const job = { id: randomUUID(), task: TASK, digest: safety.digest, bytes: png } as const;
    const [outcome] = await this.#child.see([job]);
    if (outcome === undefined || !("seen" in outcome)) {
      throw outcome !== undefined && "error" in outcome
        ? EaselError.fromFailure(outcome.error)
        : new EaselError("timed_out", "The safety model did not look at the picture in time.");
    }
    const found = findUnsafe(outcome.seen, safety);
    if (found === null) return;
    throw new EaselError(
      "unsafe_picture",
      `The safety model of this server calls what was drawn unsafe (${found.label}, ${Math.round(100 * found.score)} %); it was not kept.`,
      { hint: "Ask for something else, or with another seed." },
    );
  }
}

/** Without its preview, which would show what is not known to be safe. */
function unseen(event: Progress<string>): Progress<string> {
  if (event.type !== "step") return event;
  const { preview: _, ...rest } = event;
  return rest;
}
