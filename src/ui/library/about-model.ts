import { m } from "../../paraglide/messages.js";

/** Of the catalogue's models, in the page's language. */
const ABOUT: Readonly<Record<string, () => string>> = Object.freeze({
  "easel-mini": m.about_easel_mini,
  "aislamov/lcm-dreamshaper-v7-onnx": m.about_lcm_dreamshaper,
  "schmuell/sd-turbo-ort-web": m.about_sd_turbo,
  "webnn/sdxl-turbo": m.about_sdxl_turbo,
  "gfodor/segmind-vega-fp16-onnx": m.about_segmind_vega,
  "nmkd/stable-diffusion-1.5-onnx-fp16": m.about_stable_diffusion_15,
});

/** What a model is, as the page says it; of one that the catalogue does not know, what the model says of itself. */
export function aboutModel(id: string, itself: string | undefined): string | undefined {
  return ABOUT[id]?.() ?? itself;
}
