import type { GenerationResult, Progress } from "../contracts/progress.ts";
import type { GenerationRequest } from "../contracts/request.ts";
import { throwIfInterrupted } from "./abort.ts";
import { denoise } from "./denoise/denoise.ts";
import { guided, NO_GUIDANCE } from "./denoise/guidance.ts";
import { startPass } from "./denoise/start-pass.ts";
import type { PassSource } from "./denoise/start-pass.ts";
import { StepReporter } from "./denoise/step-reporter.ts";
import { openModel } from "./families/open-model.ts";
import { composite } from "./image/mask.ts";
import { resizeImage } from "./image/resize.ts";
import type { ModelFiles } from "./model-files.ts";
import { requireDrawable } from "./request/complete-request.ts";
import { fitInputs } from "./request/fit-inputs.ts";
import type { InputImages } from "./request/fit-inputs.ts";
import { passesOf } from "./request/passes.ts";
import { hasComponent } from "./runtime/component-files.ts";
import type { InferenceRuntime } from "./runtime/inference-runtime.ts";
import { ModelSessions } from "./runtime/model-sessions.ts";
import { StagedComponents } from "./runtime/staged-components.ts";
import { createScheduler } from "./schedulers/registry.ts";
import { TorchGenerator } from "./tensor/generator.ts";
import type { RgbaImage } from "./tensor/image.ts";
import type { FloatTensor } from "./tensor/tensor.ts";
import { decodePicture } from "./vae/decode-picture.ts";
import { encodePicture } from "./vae/encode-picture.ts";
import { choosePreviewer, PREVIEW_DECODER } from "./vae/previewer.ts";
import { UNTILED_PIXELS } from "./vae/safe-tiles.ts";
import { upscaleLatents } from "./vae/upscale-latents.ts";

export interface GenerateOptions {
  /** Asked between two runs of the model; a run itself can't be stopped. */
  signal: AbortSignal;
  /** The pictures that the request names, decoded; of any size, they are fitted to the request's. */
  inputs?: InputImages;
  /** `loading`, `step` and `decoding`; how it ended is for the caller to tell, who stores the picture first. */
  onProgress?: (event: Progress<RgbaImage>) => void;
  /** Small pictures with the steps, within 3 % of the time; off unless asked for. */
  previews?: boolean;
  /** Loads, runs and releases one component after the other: slower, for where memory is short. */
  componentsInTurn?: boolean;
  /** Pictures of more pixels are decoded and encoded in tiles, where the model does not say: by default a megapixel. */
  untiledPixels?: number;
  /** Sessions kept warm between pictures; without them the model is loaded and released for this picture alone. */
  sessions?: ModelSessions;
}

export interface GeneratedPicture {
  image: RgbaImage;
  result: GenerationResult;
}

/**
 * Draws one picture: the one pipeline of browser and server.
 * @throws EaselError `invalid_request`, `unsupported_size`, `unknown_model`, `model_not_installed`, `model_corrupt`,
 *   `interrupted`, `invalid_output`, `out_of_memory`, `device_lost`.
 */
export async function generate(
  request: GenerationRequest,
  model: ModelFiles,
  runtime: InferenceRuntime,
  options: GenerateOptions,
): Promise<GeneratedPicture> {
  const { signal, onProgress = () => undefined } = options;
  const notices: string[] = [];
  const onNotice = (notice: string) => void notices.push(notice);
  const { manifest } = model;
  const start = performance.now();
  const sessions = options.sessions ?? new ModelSessions(runtime);

  try {
    // 1. Can this model draw this request?
    throwIfInterrupted(signal);
    requireDrawable(request, manifest);
    const passes = passesOf(request, manifest.sizeRule);
    const inputs = fitInputs(request, options.inputs);

    // 2. The model: its small files, then its components, in the order of use.
    const family = await openModel(model);
    const encoder = hasComponent(manifest, "vae_encoder");
    const encodes = encoder && (inputs.image !== undefined || passes.length > 1 || family.extraChannels > 0);
    const previewer = options.previews === true ? choosePreviewer(model) : undefined;
    const inTurn = options.componentsInTurn === true;
    const components = new StagedComponents(model, family.graphs, sessions, inTurn, signal, onProgress);
    await components.preload([
      ...(encodes ? ["vae_encoder"] : []),
      ...family.components,
      ...(previewer?.decodes === true ? [PREVIEW_DECODER] : []),
    ]);

    // 3. Words -> for each pass the prompt's conditions, and the negative prompt's where guidance needs them.
    throwIfInterrupted(signal);
    const needsNegative = request.guidanceScale > NO_GUIDANCE && !family.embedsGuidance;
    const conditions = await components.stage("denoise", (open) =>
      inOrder(passes, ({ width, height, steps }) =>
        family.encode(open, { ...request, width, height, numSteps: steps }, needsNegative),
      ),
    );

    const untiledPixels = manifest.untiledPixels ?? options.untiledPixels ?? UNTILED_PIXELS;
    const tilesOf = ([, , height = 0, width = 0]: readonly number[]) => {
      return { height, width, pixelsPerLatent: family.pixelsPerLatent, untiledPixels, onNotice };
    };
    const decode = (latents: FloatTensor): Promise<RgbaImage> =>
      components.stage("decode", (open) =>
        decodePicture(latents, tilesOf(latents.dims), (part) => family.decode(open, part)),
      );

    let source: PassSource = inputs;
    let latents: FloatTensor | undefined;
    const reporter = new StepReporter(passes, onProgress);
    for (const [which, pass] of passes.entries()) {
      const { width, height, numSteps, steps } = pass;
      const dims = family.latentDims(width, height);

      // 4. A second pass starts from the first one's picture, enlarged: its pixels where the model has an encoder.
      if (latents !== undefined) {
        source = encoder
          ? { image: resizeImage(await decode(latents), width, height) }
          : { latents: upscaleLatents(latents, dims[2]!, dims[3]!) };
      }

      // 5. Seed and pictures -> noisy latents [1, C, h, w]. Every pass begins the seed's stream anew.
      const { scheduler: name, sigmas, seed } = request;
      const scheduler = createScheduler(name, family.schedulerConfig, numSteps, sigmas);
      const generator = new TorchGenerator(seed);
      const randn = (count: number) => generator.randn(count);
      const encode = (pixels: FloatTensor): Promise<FloatTensor> =>
        components.stage("decode", async (open) => {
          const toMoments = (part: FloatTensor) => family.encodePixels(open, part);
          return family.scaleLatents(await encodePicture(pixels, dims, tilesOf(dims), randn, toMoments));
        });
      const { extraChannels } = family;
      const setting = { request, pass, dims, extraChannels, scheduler, generator, encode };
      const begun = await startPass(source, setting);

      // 6. Noisy latents -> clean latents [1, C, h, w].
      latents = await components.stage("denoise", async (open) => {
        const denoiser = await family.denoiser(open, begun.extra);
        const scale = family.embedsGuidance ? NO_GUIDANCE : request.guidanceScale;
        const predict = guided(denoiser, scale, conditions[which]!);
        const path = { scheduler, numSteps, steps, predict, randn, keep: begun.keep };
        const previews = await previewer?.open(open);
        return denoise(signal, begun.latents, path, (report) => reporter.report(which, report, previews));
      });
    }

    // 7. Latents -> pixels [1, 3, H, W] -> RGBA; what a mask keeps is the input picture's, pixel by pixel.
    onProgress({ type: "decoding" });
    const drawn = await decode(latents!);
    throwIfInterrupted(signal);
    const { image: original, mask } = inputs;
    const image = original === undefined || mask === undefined ? drawn : composite(drawn, original, mask);

    return {
      image,
      result: {
        width: image.width,
        height: image.height,
        seed: request.seed,
        model: manifest.id,
        modelRevision: manifest.revision,
        modelDigest: manifest.digest,
        provider: runtime.provider,
        seconds: { ...components.seconds, total: (performance.now() - start) / 1000 },
        ...(notices.length === 0 ? {} : { notices }),
      },
    };
  } finally {
    if (options.sessions === undefined) await sessions.release();
  }
}

async function inOrder<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
