import type { UnetConfig } from "../../contracts/component-config.ts";
import { EaselError } from "../../contracts/errors.ts";
import type { Condition } from "../denoise/conditions.ts";
import type { Denoiser } from "../denoise/guidance.ts";
import { inputInfo, outputOf, runFloats } from "../runtime/feed.ts";
import type { Feed } from "../runtime/feed.ts";
import type { InferenceSession, TensorInfo } from "../runtime/inference-runtime.ts";
import { concatBatch, concatChannels, sliceBatch } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { DiffusionParts } from "./diffusion-parts.ts";
import type { FamilyModel } from "./family.ts";
import { guidanceEmbedding } from "./guidance-embedding.ts";

/** A UNet2DConditionModel, by its config: the same in every family that has one. */
export function unetModel({
  unet,
  vae,
}: Pick<DiffusionParts, "unet" | "vae">): Pick<FamilyModel, "extraChannels" | "embedsGuidance" | "denoiser"> {
  const extraChannels = unet.in_channels - vae.latent_channels;
  return {
    extraChannels,
    embedsGuidance: typeof unet.time_cond_proj_dim === "number",
    denoiser: async (open, extra) => {
      if (extraChannels > 0 && extra === undefined) {
        throw new EaselError("invalid_request", "This model paints into a picture, and none was given.", {
          path: "init_image",
          hint: "Give a picture and a mask, or choose a model that draws from words alone.",
        });
      }
      return unetDenoiser(await open("unet"), extra);
    },
  };
}

/** What a denoiser that was taught guidance is fed beside the prompt; nothing for any other. */
export function guidanceCondition(unet: UnetConfig, scale: number): Condition {
  const dim = unet.time_cond_proj_dim;
  return typeof dim === "number" ? { timestep_cond: guidanceEmbedding(scale, dim) } : {};
}

/**
 * A UNet2DConditionModel's session as a denoiser. A graph made for a batch of so many samples is run as often as it
 * takes, the last run filled up with copies: each sample of a batch is answered by itself, so neither their number nor
 * their order changes an answer.
 * @param extra what an inpainting model sees beside the latents, [1, E, h, w]: the mask, then the masked latents
 */
function unetDenoiser(session: InferenceSession, extra: FloatTensor | undefined): Denoiser {
  const timestepInfo = inputInfo(session, "timestep");
  const sampleInfo = inputInfo(session, "sample");
  const fixedBatch = session.inputs
    .filter(({ name }) => name !== "timestep")
    .map(({ dims }) => dims[0])
    .find((size) => typeof size === "number");

  const runOnce: Denoiser = async (sample, timestep, condition) => {
    const batch = sample.dims[0]!;
    const input = extra === undefined ? sample : concatChannels([sample, repeated(extra, batch)]); // [B, C + E, h, w]
    const feeds: Record<string, Feed> = {
      sample: { dims: input.dims, values: input.data },
      timestep: timestepFeed(timestep, batch, timestepInfo, sampleInfo),
    };
    for (const [name, { dims, data }] of Object.entries(condition)) {
      feeds[name] = { dims, values: data, constant: true };
    }
    return outputOf(await runFloats(session, "unet", feeds), "out_sample", session);
  };
  if (fixedBatch === undefined) return runOnce;

  return async (sample, timestep, condition) => {
    const batch = sample.dims[0]!;
    const answers: FloatTensor[] = [];
    for (let start = 0; start < batch; start += fixedBatch) {
      const filled = (tensor: FloatTensor): FloatTensor =>
        concatBatch(
          Array.from({ length: fixedBatch }, (_, i) => {
            const which = Math.min(start + i, batch - 1);
            return sliceBatch(tensor, which, which + 1);
          }),
        );
      const answer = await runOnce(
        filled(sample),
        timestep,
        Object.fromEntries(Object.entries(condition).map(([name, tensor]) => [name, filled(tensor)])),
      );
      answers.push(sliceBatch(answer, 0, Math.min(fixedBatch, batch - start)));
    }
    return concatBatch(answers);
  };
}

/** Exports take the timestep as a scalar, as [1], or one for each sample of the batch. */
function timestepFeed(
  timestep: number,
  batch: number,
  info: TensorInfo | undefined,
  sample: TensorInfo | undefined,
): Feed {
  const dims = (info?.dims ?? [1]).map((size) => {
    if (typeof size === "number") return size;
    return size === sample?.dims[0] ? batch : 1;
  });
  const count = dims.reduce((product, size) => product * size, 1);
  return { dims, values: Array.from({ length: count }, () => timestep) };
}

function repeated(tensor: FloatTensor, batch: number): FloatTensor {
  return batch === 1 ? tensor : concatBatch(Array.from({ length: batch }, () => tensor));
}
