import type { VaeConfig } from "../../contracts/component-config.ts";
import { outputOf, runFloats } from "../runtime/feed.ts";
import { floatTensor } from "../tensor/tensor.ts";
import type { FamilyModel } from "./family.ts";

/** A KL autoencoder, by its config: the same in every family that has one. */
export function autoencoder(vae: VaeConfig): Pick<FamilyModel, "latentDims" | "decode"> {
  // Each block but the last halves the picture.
  const scale = 2 ** (vae.block_out_channels.length - 1);
  const shift = vae.shift_factor ?? 0;
  return {
    latentDims: (width, height) => [1, vae.latent_channels, height / scale, width / scale],

    decode: async (open, latents) => {
      const session = await open("vae_decoder");
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
