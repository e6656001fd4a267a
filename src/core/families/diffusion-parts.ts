import { modelIndexSchema, unetConfigSchema, vaeConfigSchema } from "../../contracts/component-config.ts";
import type { UnetConfig, VaeConfig } from "../../contracts/component-config.ts";
import type { ModelFiles } from "../model-files.ts";
import { componentFiles } from "../runtime/component-files.ts";
import type { GraphShape } from "../runtime/graph-shape.ts";
import { parseSchedulerConfig } from "../schedulers/scheduler-config.ts";
import type { SchedulerConfig } from "../schedulers/scheduler-config.ts";
import { corruptConfig, readConfig, requireText } from "./component-config.ts";

/** What the small files of a UNet with an autoencoder say, once they are known to belong together. */
export interface DiffusionParts {
  readonly unet: UnetConfig;
  readonly vae: VaeConfig;
  readonly schedulerConfig: SchedulerConfig;
  readonly forceZerosForEmptyPrompt: boolean;
}

interface Expected {
  /** diffusers' classes that this family draws; exporters write `Onnx`, `ORT` or `OV` before the name. */
  pipelines: readonly string[];
  components: readonly string[];
  /** The autoencoder's scaling factor, where its config does not say it. */
  scalingFactor: number;
}

/**
 * Reads and compares a model's small files, before anything large is loaded.
 * @throws EaselError `model_corrupt`, naming the file, what was expected and what came.
 */
export async function openDiffusionParts(model: ModelFiles, expected: Expected): Promise<DiffusionParts> {
  for (const component of expected.components) componentFiles(model.manifest, component);

  const index = await readConfig(model, "model_index.json", modelIndexSchema);
  const pipeline = index._class_name?.replace(/^(Onnx|ORT|OV)/, "");
  requireClass("model_index.json", pipeline, expected.pipelines);

  const unet = await readConfig(model, "unet/config.json", unetConfigSchema);
  requireClass("unet/config.json", unet._class_name, ["UNet2DConditionModel"]);
  const vae = await readConfig(model, "vae_decoder/config.json", vaeConfigSchema, {
    scaling_factor: expected.scalingFactor,
  });
  requireClass("vae_decoder/config.json", vae._class_name, ["AutoencoderKL"]);

  const channels = vae.latent_channels;
  requireField(
    "unet/config.json",
    "out_channels",
    unet.out_channels,
    [channels],
    "the autoencoder's latents",
  );
  // An inpainting model sees the mask and the masked latents as well.
  const seen = [channels, 2 * channels + 1];
  requireField("unet/config.json", "in_channels", unet.in_channels, seen, "the autoencoder's latents");
  return {
    unet,
    vae,
    schedulerConfig: parseSchedulerConfig(await requireText(model, "scheduler/scheduler_config.json")),
    forceZerosForEmptyPrompt: index.force_zeros_for_empty_prompt,
  };
}

/** A class that the file does not name is taken for a known one. */
export function requireClass(path: string, came: string | undefined, known: readonly string[]): void {
  if (came === undefined || known.includes(came)) return;
  throw corruptConfig(path, `its class should be ${known.join(" or ")}, but is ${came}`);
}

/** A number that two parts must agree on; where a file does not say it, the graphs themselves are looked at later. */
export function requireField(
  path: string,
  field: string,
  came: number | null | undefined,
  expected: readonly (number | undefined)[],
  because: string,
): void {
  if (came === undefined || came === null || expected.includes(came) || expected.includes(undefined)) return;
  throw corruptConfig(path, `${field} should be ${expected.join(" or ")}, as ${because} ask, but is ${came}`);
}

/** What the graphs of a UNet and an autoencoder take; `more` is what the UNet is fed in this family alone. */
export function diffusionGraphs(
  { unet, vae }: Pick<DiffusionParts, "unet" | "vae">,
  more: GraphShape["inputs"] = {},
): Readonly<Record<"unet" | "vae_decoder" | "vae_encoder", GraphShape>> {
  const guidance = unet.time_cond_proj_dim ?? undefined;
  return {
    unet: {
      inputs: {
        sample: ["any", unet.in_channels, "any", "any"],
        timestep: "any",
        encoder_hidden_states: ["any", "any", unet.cross_attention_dim ?? "any"],
        ...(guidance === undefined ? {} : { timestep_cond: ["any", guidance] as const }),
        ...more,
      },
    },
    vae_decoder: { inputs: { latent_sample: ["any", vae.latent_channels, "any", "any"] } },
    vae_encoder: { inputs: { sample: ["any", 3, "any", "any"] } },
  };
}
