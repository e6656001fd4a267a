import { unetConfigSchema, vaeConfigSchema } from "../../contracts/component-config.ts";
import type { ModelFiles } from "../model-files.ts";
import { ClipTokenizer } from "../prompt/clip-tokenizer.ts";
import { inputInfo, outputOf, runFloats } from "../runtime/feed.ts";
import type { Feed } from "../runtime/feed.ts";
import { parseSchedulerConfig } from "../schedulers/scheduler-config.ts";
import { clipStates } from "../text-encoder/clip-states.ts";
import { encodeConditions } from "../text-encoder/encode-conditions.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { readConfig, readText, requireText } from "./component-config.ts";
import type { FamilyModel } from "./family.ts";

/**
 * Stable Diffusion 1.x, 2.x, Turbo, and whatever has their shape: a CLIP text encoder, a UNet fed with its last
 * hidden states, a KL autoencoder. What the model's config files do not say is as in Stable Diffusion 1.5.
 */
export async function openSd(model: ModelFiles): Promise<FamilyModel> {
  const unet = await readConfig(model, "unet/config.json", unetConfigSchema);
  const vae = await readConfig(model, "vae_decoder/config.json", vaeConfigSchema);
  const tokenizer = new ClipTokenizer({
    vocab: await requireText(model, "tokenizer/vocab.json"),
    merges: await requireText(model, "tokenizer/merges.txt"),
    config: await readText(model, "tokenizer/tokenizer_config.json"),
    specialTokens: await readText(model, "tokenizer/special_tokens_map.json"),
  });
  // Each block of the autoencoder but the last halves the picture.
  const scale = 2 ** (vae.block_out_channels.length - 1);

  return {
    components: ["text_encoder", "unet", "vae_decoder"],
    schedulerConfig: parseSchedulerConfig(await requireText(model, "scheduler/scheduler_config.json")),

    latentDims: (width, height) => [1, unet.in_channels, height / scale, width / scale],

    encode: async (open, request, guided) => {
      const session = await open("text_encoder");
      return encodeConditions(request, tokenizer, guided, async (chunks) => ({
        encoder_hidden_states: await clipStates(session, chunks),
      }));
    },

    denoiser: async (open) => {
      const session = await open("unet");
      const timestepInfo = inputInfo(session, "timestep");
      return {
        batched: inputInfo(session, "sample")?.dims[0] !== 1,
        run: async (sample, timestep, condition) => {
          // Exports take the timestep as a scalar, as [1], or one for each picture of the batch.
          const timestepDims = (timestepInfo?.dims ?? [1]).map((size) =>
            typeof size === "number" ? size : 1,
          );
          const count = timestepDims.reduce((product, size) => product * size, 1);
          const feeds: Record<string, Feed> = {
            sample: { dims: sample.dims, values: sample.data },
            timestep: { dims: timestepDims, values: Array.from({ length: count }, () => timestep) },
          };
          for (const [name, { dims, data }] of Object.entries(condition))
            feeds[name] = { dims, values: data };
          return outputOf(await runFloats(session, "unet", feeds), "out_sample", session);
        },
      };
    },

    decode: async (open, latents) => {
      const session = await open("vae_decoder");
      const shift = vae.shift_factor ?? 0;
      const scaled = floatTensor(
        latents.dims,
        latents.data.map((value) => value / vae.scaling_factor + shift),
      );
      const outputs = await runFloats(session, "vae_decoder", {
        latent_sample: { dims: scaled.dims, values: scaled.data },
      });
      return outputOf(outputs, "sample", session);
    },
  };
}
