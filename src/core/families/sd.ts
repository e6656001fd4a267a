import { textEncoderConfigSchema } from "../../contracts/component-config.ts";
import type { ModelFiles } from "../model-files.ts";
import { asStableDiffusion } from "../schedulers/scheduler-config.ts";
import { clipStates } from "../text-encoder/clip-states.ts";
import { encodeConditions } from "../text-encoder/encode-conditions.ts";
import { autoencoder } from "./autoencoder.ts";
import { readConfig } from "./component-config.ts";
import { diffusionGraphs, openDiffusionParts, requireClass, requireField } from "./diffusion-parts.ts";
import type { FamilyModel } from "./family.ts";
import { openTokenizer } from "./tokenizers.ts";
import { guidanceCondition, unetModel } from "./unet.ts";

const COMPONENTS = ["text_encoder", "unet", "vae_decoder"];
const PIPELINES = [
  "StableDiffusionPipeline",
  "StableDiffusionImg2ImgPipeline",
  "StableDiffusionInpaintPipeline",
  "LatentConsistencyModelPipeline",
  "LatentConsistencyModelImg2ImgPipeline",
];

/**
 * Stable Diffusion 1.x, 2.x, Turbo, LCM, and whatever has their shape: a CLIP text encoder, a UNet fed with the states
 * that it answers with, a KL autoencoder. What the model's config files do not say is as in Stable Diffusion 1.5.
 */
export async function openSd(model: ModelFiles): Promise<FamilyModel> {
  const parts = await openDiffusionParts(model, {
    pipelines: PIPELINES,
    components: COMPONENTS,
    scalingFactor: 0.18215,
  });
  const { unet } = parts;
  const text = await readConfig(model, "text_encoder/config.json", textEncoderConfigSchema);
  requireClass("text_encoder/config.json", text.architectures?.[0], ["CLIPTextModel"]);
  requireField(
    "unet/config.json",
    "cross_attention_dim",
    unet.cross_attention_dim,
    [text.hidden_size],
    "the text encoder's states",
  );
  const tokenizer = await openTokenizer(model, "tokenizer");

  return {
    ...autoencoder(parts.vae),
    ...unetModel(parts),
    components: COMPONENTS,
    graphs: {
      text_encoder: { inputs: { input_ids: ["any", 77] }, outputs: ["last_hidden_state"] },
      ...diffusionGraphs(parts),
    },
    schedulerConfig: asStableDiffusion(parts.schedulerConfig),

    encode: async (open, request, guided) => {
      const session = await open("text_encoder");
      const guidance = guidanceCondition(unet, request.guidanceScale);
      return encodeConditions(request, [tokenizer], guided, async ([chunks = []]) => {
        const { states } = await clipStates(session, "text_encoder", chunks, "last_hidden_state");
        return { encoder_hidden_states: states, ...guidance };
      });
    },
  };
}
