import type { GenerationResult, Progress } from "../contracts/progress.ts";
import type { GenerationRequest } from "../contracts/request.ts";
import { throwIfInterrupted } from "./abort.ts";
import { denoise } from "./denoise/denoise.ts";
import type { StepReport } from "./denoise/denoise.ts";
import { guided, NO_GUIDANCE } from "./denoise/guidance.ts";
import { initialLatents } from "./denoise/latents.ts";
import { openModel } from "./families/open-model.ts";
import type { ModelFiles } from "./model-files.ts";
import { requireDrawable } from "./request/complete-request.ts";
import type { InferenceRuntime } from "./runtime/inference-runtime.ts";
import { ModelSessions } from "./runtime/model-sessions.ts";
import { StagedComponents } from "./runtime/staged-components.ts";
import { createScheduler } from "./schedulers/registry.ts";
import { TorchGenerator } from "./tensor/generator.ts";
import type { RgbaImage } from "./tensor/image.ts";
import { toRgbaImage } from "./vae/pixels.ts";
import { previewImage, PreviewBudget } from "./vae/preview.ts";

export interface GenerateOptions {
  /** Asked between two runs of the model; a run itself can't be stopped. */
  signal: AbortSignal;
  /** `loading`, `step` and `decoding`; how it ended is for the caller to tell, who stores the picture first. */
  onProgress?: (event: Progress<RgbaImage>) => void;
  /** Small pictures with the steps, within 3 % of the time; off unless asked for. */
  previews?: boolean;
  /** Loads, runs and releases one component after the other: slower, for where memory is short. */
  componentsInTurn?: boolean;
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
  const { manifest } = model;
  const start = performance.now();
  const sessions = options.sessions ?? new ModelSessions(runtime);

  try {
    // 1. Can this model draw this request?
    throwIfInterrupted(signal);
    requireDrawable(request, manifest);

    // 2. The model: its small files, then its components, in the order of use.
    const family = await openModel(model);
    const inTurn = options.componentsInTurn === true;
    const components = new StagedComponents(model, sessions, inTurn, signal, onProgress);
    await components.preload(family.components);

    // 3. Words -> conditions for the prompt, and for the negative prompt where guidance needs it.
    throwIfInterrupted(signal);
    const needsNegative = request.guidanceScale > NO_GUIDANCE && !family.embedsGuidance;
    const conditions = await components.stage("denoise", (open) =>
      family.encode(open, request, needsNegative),
    );

    // 4. Seed -> noise [1, C, h, w].
    const scheduler = createScheduler(
      request.scheduler,
      family.schedulerConfig,
      request.numSteps,
      request.sigmas,
    );
    const generator = new TorchGenerator(request.seed);
    const noise = initialLatents(
      family.latentDims(request.width, request.height),
      generator,
      scheduler.initNoiseSigma,
    );

    // 5. Noise -> clean latents [1, C, h, w].
    const latents = await components.stage("denoise", async (open) => {
      const denoiser = await family.denoiser(open);
      const predict = guided(denoiser, request.guidanceScale, conditions);
      const report = stepReporter(onProgress, options.previews === true ? manifest.preview : undefined);
      onProgress({ type: "step", step: 0, steps: request.numSteps, etaSeconds: null });
      const randn = (count: number) => generator.randn(count);
      return denoise(signal, noise, scheduler, request.numSteps, predict, randn, report);
    });

    // 6. Latents -> pixels [1, 3, H, W] -> RGBA.
    onProgress({ type: "decoding" });
    const image = toRgbaImage(await components.stage("decode", (open) => family.decode(open, latents)));
    throwIfInterrupted(signal);

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
      },
    };
  } finally {
    if (options.sessions === undefined) await sessions.release();
  }
}

/** Steps as progress: the time left by the mean of the steps so far, a preview where it fits into the budget. */
function stepReporter(
  onProgress: (event: Progress<RgbaImage>) => void,
  previewMap: ModelFiles["manifest"]["preview"],
): (report: StepReport) => void {
  const start = performance.now();
  const budget = new PreviewBudget(start);
  return ({ step, steps, predictedOriginal }) => {
    const now = performance.now();
    const event = {
      type: "step",
      step,
      steps,
      etaSeconds: ((now - start) / 1000 / step) * (steps - step),
    } as const;
    if (previewMap === undefined || step === steps || !budget.allows(now)) {
      onProgress(event);
      return;
    }
    onProgress({ ...event, preview: previewImage(predictedOriginal, previewMap) });
    budget.spend(performance.now() - now);
  };
}
