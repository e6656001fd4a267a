import type { Outcome } from "../../src/contracts/diffusion-worker.ts";
import { asFailure, EaselError } from "../../src/contracts/errors.ts";
import type { SeeingWorkerApi } from "../../src/contracts/seeing-worker.ts";
import { TEXT_CATEGORIES } from "../../src/contracts/text-category.ts";
import type { TextCategory } from "../../src/contracts/text-category.ts";
import { openTextClassifier } from "../../src/seeing/text-classifier.ts";
import type { TextClassifier } from "../../src/seeing/text-classifier.ts";
import textUrl from "../../models/easel-eyes/text.json?url";

/** easel-eyes' files as the page's own build serves them: small, under names that hold their hash. */
const FILES: Readonly<Record<string, string>> = { "text.json": textUrl };

/** The page's worker that sees; each part of easel-eyes is loaded when it is first needed, and then kept. */
export class SeeingWorker implements SeeingWorkerApi {
  #text: Promise<TextClassifier> | undefined;

  async categorise(prompts: readonly string[]): Promise<Outcome<TextCategory[]>> {
    this.#text ??= openTextClassifier({
      manifest: { id: "easel-eyes", files: Object.keys(FILES).map((path) => ({ path })) },
      read: readFile,
    });
    try {
      const classifier = await this.#text;
      return { ok: true, value: prompts.map((prompt) => known(classifier.classify(prompt).category)) };
    } catch (thrown) {
      // What could not be fetched now may be there the next time.
      this.#text = undefined;
      return { ok: false, failure: asFailure(thrown) };
    }
  }
}

function known(category: string): TextCategory {
  const found = TEXT_CATEGORIES.find((one) => one === category);
  if (found !== undefined) return found;
  throw new EaselError(
    "model_corrupt",
    `easel-eyes should sort prompts into ${TEXT_CATEGORIES.join(", ")}, but says ${category}.`,
  );
}

async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(new URL(FILES[path] ?? path, self.location.href));
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new EaselError(
    "download_failed",
    `${path} of easel-eyes could not be fetched: the server answered ${response.status}.`,
    { hint: "Reload the page and try again." },
  );
}
