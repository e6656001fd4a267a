import { unetConfigSchema, vaeConfigSchema } from "../../contracts/component-config.ts";
import type { ModelFiles } from "../model-files.ts";
import { ClipTokenizer } from "../prompt/clip-tokenizer.ts";
import { inputInfo, outputOf, runFloats } from "../runtime/feed.ts";
import { parseSchedulerConfig } from "../schedulers/scheduler-config.ts";
import { encodePrompts } from "../text-encoder/encode-prompt.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { readConfig, readText, requireText } from "./component-config.ts";
import type { Components, FamilyModel } from "./family.ts";

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

    encode: (components, request, guided) =>
      encodePrompts(
        component(components, "text_encoder"),
        tokenizer,
        request.promptSyntax,
        request.prompt,
        guided ? request.negativePrompt : undefined,
      ),

    denoiser: (components) => {
      const session = component(components, "unet");
      const timestepInfo = inputInfo(session, "timestep");
      return {
        batchOfTwo: inputInfo(session, "sample")?.dims[0] !== 1,
        run: async (sample, timestep, states) => {
          // Exports take the timestep as a scalar, as [1], or one for each picture of the batch.
          const timestepDims = (timestepInfo?.dims ?? [1]).map((size) =>
            typeof size === "number" ? size : 1,
          );
          const count = timestepDims.reduce((product, size) => product * size, 1);
          const outputs = await runFloats(session, "unet", {
            sample: { dims: sample.dims, values: sample.data },
            timestep: { dims: timestepDims, values: Array.from({ length: count }, () => timestep) },
            encoder_hidden_states: { dims: states.dims, values: states.data },
          });
          return outputOf(outputs, "out_sample", session);
        },
      };
    },

    decode: async (components, latents) => {
      const session = component(components, "vae_decoder");
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

function component(components: Components, name: string) {
  const session = components[name];
  if (session === undefined) throw new Error(`The component ${name} was not loaded.`);
  return session;
}
