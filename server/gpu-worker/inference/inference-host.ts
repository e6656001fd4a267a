import sharp from "sharp";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { Manifest } from "../../../src/contracts/model.ts";
import type { GenerationResult, Progress } from "../../../src/contracts/progress.ts";
import type { GenerationRequest } from "../../../src/contracts/request.ts";
import { generate } from "../../../src/core/generate.ts";
import { formatParameters } from "../../../src/core/metadata/parameters.ts";
import { writePngText } from "../../../src/core/metadata/png-text.ts";
import type { ModelFiles } from "../../../src/core/model-files.ts";
import type { InferenceRuntime } from "../../../src/core/runtime/inference-runtime.ts";
import { ModelSessions } from "../../../src/core/runtime/model-sessions.ts";
import type { RgbaImage } from "../../../src/core/tensor/image.ts";
import { findDiskModels } from "./disk-models.ts";
import type { ChildSettings } from "./messages.ts";
import { createNodeRuntime } from "./node-runtime.ts";

/** Draws pictures with the models in some folders, one after the other; the last model's sessions stay warm. */
export class InferenceHost {
  readonly #modelsDirs: readonly string[];
  readonly #runtime: InferenceRuntime;
  readonly #sessions: ModelSessions;
  #models = new Map<string, ModelFiles>();

  constructor({ modelsDirs, provider }: ChildSettings) {
    this.#modelsDirs = modelsDirs;
    this.#runtime = createNodeRuntime(provider);
    this.#sessions = new ModelSessions(this.#runtime);
  }

  /** What lies in the folders now. */
  async models(): Promise<Manifest[]> {
    const found = await findDiskModels(this.#modelsDirs, (folder, reason) => {
      process.stderr.write(`The model in ${folder} is left out: ${String(reason)}\n`);
    });
    // A model that did not change keeps its object, by which the core knows what it has read of it.
    for (const [id, model] of found) {
      const known = this.#models.get(id);
      if (known?.manifest.digest === model.manifest.digest) found.set(id, known);
    }
    this.#models = found;
    return [...found.values()].map((model) => model.manifest);
  }

  /** @throws EaselError as `generate` does, `unknown_model` where the model lies in none of the folders. */
  async draw(
    signal: AbortSignal,
    request: GenerationRequest,
    onProgress: (event: Progress<RgbaImage>) => void,
    { previews }: { previews: boolean } = { previews: true },
  ): Promise<{ png: Uint8Array; result: GenerationResult }> {
    const model = await this.#find(request);
    const { image, result } = await generate(request, model, this.#runtime, {
      signal,
      onProgress,
      previews,
      sessions: this.#sessions,
    });
    return { png: await encodePng(image, request, result), result };
  }

  /** Looks into the folders again where the request's model or revision is not among those known. */
  async #find(request: GenerationRequest): Promise<ModelFiles> {
    const fits = (model: ModelFiles | undefined): boolean =>
      model !== undefined && (request.modelRevision ?? model.manifest.revision) === model.manifest.revision;
    if (!fits(this.#models.get(request.model))) await this.models();
    const model = this.#models.get(request.model);
    if (model !== undefined) return model;
    const names = [...this.#models.keys()].join(", ") || "none";
    throw new EaselError("unknown_model", `This worker has no model ${request.model}; it has: ${names}.`, {
      path: "model",
    });
  }
}

async function encodePng(
  image: RgbaImage,
  request: GenerationRequest,
  result: GenerationResult,
): Promise<Uint8Array> {
  const { width, height, data } = image;
  const png = await sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .png()
    .toBuffer();
  return writePngText(png, "parameters", formatParameters(request, result));
}
