import type { Previewer } from "../denoise/step-reporter.ts";
import type { OpenComponent } from "../families/family.ts";
import type { ModelFiles } from "../model-files.ts";
import { decodedPreview, PreviewBudget, previewImage } from "./preview.ts";

export const PREVIEW_DECODER = "preview_decoder";

export interface PreviewerChoice {
  /** Whether it needs the component {@link PREVIEW_DECODER}. */
  readonly decodes: boolean;
  open(open: OpenComponent): Promise<Previewer>;
}

/** What a preview by a model's tiny decoder took last, in milliseconds: a later picture need not try it blindly. */
const costs = new WeakMap<ModelFiles, PreviewBudget>();

/** How previews of this model are made: by its tiny decoder, else by its linear map; undefined: it has neither. */
export function choosePreviewer(model: ModelFiles): PreviewerChoice | undefined {
  const { preview, previewDecoder } = model.manifest;
  if (previewDecoder !== undefined) {
    return {
      decodes: true,
      open: async (open) => {
        const session = await open(PREVIEW_DECODER);
        const budget = new PreviewBudget(performance.now(), costs.get(model)?.last);
        costs.set(model, budget);
        return { budget, draw: (latents) => decodedPreview(latents, session, previewDecoder) };
      },
    };
  }
  if (preview === undefined) return undefined;
  return {
    decodes: false,
    open: () =>
      Promise.resolve({
        budget: new PreviewBudget(performance.now()),
        draw: (latents) => Promise.resolve(previewImage(latents, preview)),
      }),
  };
}
