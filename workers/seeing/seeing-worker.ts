import { transfer } from "comlink";
import type { Outcome } from "../../src/contracts/diffusion-worker.ts";
import { asFailure, EaselError } from "../../src/contracts/errors.ts";
import type { SeeingWorkerApi } from "../../src/contracts/seeing-worker.ts";
import type { Sight } from "../../src/contracts/sight.ts";
import { TEXT_CATEGORIES } from "../../src/contracts/text-category.ts";
import type { TextCategory } from "../../src/contracts/text-category.ts";
import { openEyes } from "../../src/seeing/eyes/eyes.ts";
import type { Eyes } from "../../src/seeing/eyes/eyes.ts";
import { plainSight } from "../../src/seeing/plain-sight.ts";
import { openTextClassifier } from "../../src/seeing/text-classifier.ts";
import type { TextClassifier } from "../../src/seeing/text-classifier.ts";
import { decodePicture } from "../diffusion/decode-input.ts";
import { chooseBuild } from "../diffusion/runtime-files.ts";
import { createWebRuntime } from "../diffusion/web-runtime.ts";
import { MOST_LABELS } from "../../src/contracts/prediction.ts";
import type { SafetyRule, UnsafeLabel } from "../../src/contracts/safety.ts";
import { ModelStore } from "../../src/models/model-store.ts";
import { openImageClassifier, type ImageClassifier } from "../../src/seeing/image-classifier.ts";
import { findUnsafe } from "../../src/seeing/safety.ts";
import { EYES_FILES } from "./eyes-files.ts";

/**
 * The page's worker that sees; each part of easel-eyes is loaded when it is first needed, and then kept. The network is
 * small: one thread of the processor, so that what is drawn meanwhile loses no core to it.
 */
export class SeeingWorker implements SeeingWorkerApi {
  #text: Promise<TextClassifier> | undefined;
  #eyes: Promise<Eyes> | undefined;
  #safety: { id: string; opening: Promise<SafetyModel> } | undefined;

  async categorise(prompts: readonly string[]): Promise<Outcome<TextCategory[]>> {
    try {
      const classifier = await this.#openText();
      return { ok: true, value: prompts.map((prompt) => known(classifier.classify(prompt).category)) };
    } catch (thrown) {
      return { ok: false, failure: asFailure(thrown) };
    }
  }

  async see(picture: Blob, prompt: string): Promise<Outcome<Sight>> {
    try {
      const eyes = await this.#openEyes();
      const sight = await eyes.see(await decodePicture(picture, "picture"));
      return { ok: true, value: plainSight(sight, eyes.names, prompt) };
    } catch (thrown) {
      return { ok: false, failure: asFailure(thrown) };
    }
  }

  async cutOut(picture: Blob, thing: number): Promise<Outcome<Uint8ClampedArray>> {
    try {
      const eyes = await this.#openEyes();
      const { things } = await eyes.see(await decodePicture(picture, "picture"));
      const found = things[thing];
      if (found === undefined) {
        throw new EaselError(
          "invalid_request",
          `thing should be one of the ${things.length} that are seen, counted from 0, but is ${thing}.`,
        );
      }
      const { data } = found.mask();
      const values = Uint8ClampedArray.from({ length: data.length / 4 }, (_, at) => data[at * 4]!);
      return transfer({ ok: true, value: values }, [values.buffer]);
    } catch (thrown) {
      return { ok: false, failure: asFailure(thrown) };
    }
  }

  async findUnsafe(picture: Blob, id: string): Promise<Outcome<UnsafeLabel | null>> {
    try {
      const { classifier, rule } = await this.#openSafety(id);
      const seen = await classifier.classify(await decodePicture(picture, "picture"), MOST_LABELS);
      return { ok: true, value: findUnsafe(seen, rule) };
    } catch (thrown) {
      return { ok: false, failure: asFailure(thrown) };
    }
  }

  async #openSafety(id: string): Promise<SafetyModel> {
    if (this.#safety?.id !== id) {
      const opening = openSafety(id);
      this.#safety = { id, opening };
      // What could not be opened now may be whole the next time.
      opening.catch(() => (this.#safety = undefined));
    }
    return this.#safety.opening;
  }

  /** What could not be fetched now may be there the next time. */
  async #openText(): Promise<TextClassifier> {
    this.#text ??= openTextClassifier(EYES_FILES);
    try {
      return await this.#text;
    } catch (thrown) {
      this.#text = undefined;
      throw thrown;
    }
  }

  async #openEyes(): Promise<Eyes> {
    this.#eyes ??= openEyes(EYES_FILES, createWebRuntime("wasm", chooseBuild("wasm"), 1));
    try {
      return await this.#eyes;
    } catch (thrown) {
      this.#eyes = undefined;
      throw thrown;
    }
  }
}

interface SafetyModel {
  classifier: ImageClassifier;
  rule: SafetyRule;
}

/** @throws EaselError `model_not_installed`, `model_corrupt` */
async function openSafety(id: string): Promise<SafetyModel> {
  const store = await ModelStore.open();
  const model = await store.findSeeing(id);
  const rule = model.manifest.unsafe;
  if (rule === undefined) throw new EaselError("unknown_model", `${id} is no safety model.`);
  const runtime = createWebRuntime("wasm", chooseBuild("wasm"), 1);
  return { classifier: await openImageClassifier(model, runtime), rule };
}

function known(category: string): TextCategory {
  const found = TEXT_CATEGORIES.find((one) => one === category);
  if (found !== undefined) return found;
  throw new EaselError(
    "model_corrupt",
    `easel-eyes should sort prompts into ${TEXT_CATEGORIES.join(", ")}, but says ${category}.`,
  );
}
