import { unetConfigSchema, vaeConfigSchema } from "../../contracts/component-config.ts";
import type { ModelFiles } from "../model-files.ts";
import { openClipTokenizer } from "../prompt/open-clip-tokenizer.ts";
import { parseSchedulerConfig } from "../schedulers/scheduler-config.ts";
import { clipStates } from "../text-encoder/clip-states.ts";
import { encodeConditions } from "../text-encoder/encode-conditions.ts";
import { autoencoder } from "./autoencoder.ts";
import { readConfig, requireText } from "./component-config.ts";
import type { FamilyModel } from "./family.ts";
import { unetDenoiser } from "./unet.ts";

/**
 * Stable Diffusion 1.x, 2.x, Turbo, and whatever has their shape: a CLIP text encoder, a UNet fed with its last
 * hidden states, a KL autoencoder. What the model's config files do not say is as in Stable Diffusion 1.5.
 */
export async function openSd(model: ModelFiles): Promise<FamilyModel> {
  const unet = await readConfig(model, "unet/config.json", unetConfigSchema);
  const vae = await readConfig(model, "vae_decoder/config.json", vaeConfigSchema);
  const tokenizer = await openClipTokenizer(model);

  return {
    ...autoencoder(vae),
    components: ["text_encoder", "unet", "vae_decoder"],
    schedulerConfig: parseSchedulerConfig(await requireText(model, "scheduler/scheduler_config.json")),

    extraChannels: unet.in_channels - vae.latent_channels,
    embedsGuidance: false,

    encode: async (open, request, guided) => {
      const session = await open("text_encoder");
      return encodeConditions(request, [tokenizer], guided, async ([chunks = []]) => ({
        encoder_hidden_states: await clipStates(session, chunks),
      }));
    },

    denoiser: async (open, extra) => unetDenoiser(await open("unet"), extra),
  };
}
