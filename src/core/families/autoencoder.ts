import type { VaeConfig } from "../../contracts/component-config.ts";
import { outputOf, runFloats } from "../runtime/feed.ts";
import { floatTensor } from "../tensor/tensor.ts";
import type { FamilyModel } from "./family.ts";

type Autoencoder = Pick<
  FamilyModel,
  "pixelsPerLatent" | "latentDims" | "encodePixels" | "scaleLatents" | "decode"
>;

/** A KL autoencoder, by its config: the same in every family that has one. */
export function autoencoder(vae: VaeConfig): Autoencoder {
  // Each block but the last halves the picture.
  const scale = 2 ** (vae.block_out_channels.length - 1);
  const shift = vae.shift_factor ?? 0;
  return {
    pixelsPerLatent: scale,

    latentDims: (width, height) => [1, vae.latent_channels, height / scale, width / scale],

    encodePixels: async (open, pixels) => {
      const session = await open("vae_encoder");
      const outputs = await runFloats(session, "vae_encoder", {
        sample: { dims: pixels.dims, values: pixels.data },
      });
      return outputOf(outputs, "latent_parameters", session);
    },

    scaleLatents: ({ dims, data }) => {
      const scaled = new Float32Array(data.length);
      for (let i = 0; i < scaled.length; i++) scaled[i] = (data[i]! - shift) * vae.scaling_factor;
      return floatTensor(dims, scaled);
    },

    decode: async (open, latents) => {
      const session = await open("vae_decoder");
      const values = new Float32Array(latents.data.length);
      for (let i = 0; i < values.length; i++) values[i] = latents.data[i]! / vae.scaling_factor + shift;
      const outputs = await runFloats(session, "vae_decoder", {
        latent_sample: { dims: latents.dims, values },
      });
      return outputOf(outputs, "sample", session);
    },
  };
}
