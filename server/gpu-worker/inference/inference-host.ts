import sharp from "sharp";
import { asFailure, EaselError, type ErrorCode } from "../../../src/contracts/errors.ts";
import type { Manifest } from "../../../src/contracts/model.ts";
import type { GenerationResult, Progress } from "../../../src/contracts/progress.ts";
import type { GenerationRequest } from "../../../src/contracts/request.ts";
import { generate } from "../../../src/core/generate.ts";
import type { GeneratedPicture, GenerateOptions } from "../../../src/core/generate.ts";
import { formatParameters } from "../../../src/core/metadata/parameters.ts";
import { writePngText } from "../../../src/core/metadata/png-text.ts";
import type { ModelFiles } from "../../../src/core/model-files.ts";
import type { InferenceRuntime } from "../../../src/core/runtime/inference-runtime.ts";
import type { RgbaImage } from "../../../src/core/tensor/image.ts";
import { findDiskModels } from "./disk-models.ts";
import { decodeInputs } from "./decode-inputs.ts";
import type { ChildSettings, InputFiles } from "./messages.ts";
import { createNodeRuntime } from "./node-runtime.ts";
import type { NodeProvider } from "./node-runtime.ts";
import { WarmModels } from "./warm-models.ts";

/** After these the processor may draw what the GPU could not (R28). */
const GPU_FAILED: ReadonlySet<ErrorCode> = new Set(["device_lost", "out_of_memory", "invalid_output"]);

interface Backend {
  runtime: InferenceRuntime;
  warm: WarmModels;
}

/**
 * Draws pictures with the models in some folders, one after the other; the models drawn with last stay loaded. What the
 * GPU can't draw is tried once on the processor.
 */
export class InferenceHost {
  readonly #modelsDirs: readonly string[];
  readonly #provider: NodeProvider;
  readonly #warmBytes: number;
  readonly #createRuntime: (provider: NodeProvider) => InferenceRuntime;
  #backend: Backend | undefined;
  #models = new Map<string, ModelFiles>();

  /** @param createRuntime another one in tests, whose runs fail on purpose */
  constructor({ modelsDirs, provider, warmMegabytes }: ChildSettings, createRuntime = createNodeRuntime) {
    this.#modelsDirs = modelsDirs;
    this.#provider = provider;
    this.#warmBytes = warmMegabytes * 1e6;
    this.#createRuntime = createRuntime;
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
    { previews, inputs = {} }: { previews: boolean; inputs?: InputFiles } = { previews: true },
  ): Promise<{ png: Uint8Array; result: GenerationResult }> {
    const model = await this.#find(request);
    const options = { signal, onProgress, previews, inputs: await decodeInputs(inputs) };
    const { image, result } = await this.#generate(request, model, options);
    return { png: await encodePng(image, request, result), result };
  }

  async #generate(
    request: GenerationRequest,
    model: ModelFiles,
    options: GenerateOptions,
  ): Promise<GeneratedPicture> {
    this.#backend ??= this.#open(this.#provider);
    const { runtime, warm } = this.#backend;
    const sessions = await warm.sessionsOf(model);
    try {
      return await generate(request, model, runtime, { ...options, sessions });
    } catch (thrown) {
      const { code, message } = asFailure(thrown);
      if (this.#provider === "cpu" || !GPU_FAILED.has(code) || options.signal.aborted) throw thrown;
      // The next picture tries the GPU again, in sessions of its own: these are not to be trusted.
      this.#backend = undefined;
      await warm.release().catch(() => undefined);
      const drawn = await generate(request, model, this.#createRuntime("cpu"), options);
      const notice = `The server's GPU could not draw it: ${message} Its processor drew it instead.`;
      return { ...drawn, result: { ...drawn.result, notices: [notice, ...(drawn.result.notices ?? [])] } };
    }
  }

  #open(provider: NodeProvider): Backend {
    const runtime = this.#createRuntime(provider);
    return { runtime, warm: new WarmModels(runtime, this.#warmBytes) };
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
