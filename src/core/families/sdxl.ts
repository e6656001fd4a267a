import { textEncoderConfigSchema } from "../../contracts/component-config.ts";
import { EaselError } from "../../contracts/errors.ts";
import type { Condition, Conditions, StepConditions } from "../denoise/conditions.ts";
import type { ModelFiles } from "../model-files.ts";
import { outputOf } from "../runtime/feed.ts";
import type { InferenceSession } from "../runtime/inference-runtime.ts";
import { clipStates } from "../text-encoder/clip-states.ts";
import { encodeConditions } from "../text-encoder/encode-conditions.ts";
import { concatLast, floatTensor } from "../tensor/tensor.ts";
import { autoencoder } from "./autoencoder.ts";
import { readConfig } from "./component-config.ts";
import { diffusionGraphs, openDiffusionParts, requireClass, requireField } from "./diffusion-parts.ts";
import type { FamilyModel } from "./family.ts";
import { openTokenizer } from "./tokenizers.ts";
import { guidanceCondition, unetModel } from "./unet.ts";

const COMPONENTS = ["text_encoder", "text_encoder_2", "unet", "vae_decoder"];
const PIPELINES = [
  "StableDiffusionXLPipeline",
  "StableDiffusionXLImg2ImgPipeline",
  "StableDiffusionXLInpaintPipeline",
];

/**
 * Stable Diffusion XL (Podell et al. 2023) and Turbo: the penultimate layers of two CLIP text encoders side by side,
 * the second's pooled embedding, and the picture's size as six numbers. What the model's config files do not say is as
 * in Stable Diffusion XL 1.0.
 */
export async function openSdxl(model: ModelFiles): Promise<FamilyModel> {
  const parts = await openDiffusionParts(model, {
    pipelines: PIPELINES,
    components: COMPONENTS,
    scalingFactor: 0.13025,
  });
  const { unet } = parts;
  const first = await readConfig(model, "text_encoder/config.json", textEncoderConfigSchema);
  const second = await readConfig(model, "text_encoder_2/config.json", textEncoderConfigSchema);
  requireClass("text_encoder/config.json", first.architectures?.[0], ["CLIPTextModel"]);
  requireClass("text_encoder_2/config.json", second.architectures?.[0], ["CLIPTextModelWithProjection"]);
  requireClass("unet/config.json", unet.addition_embed_type ?? undefined, ["text_time"]);
  const widths = sum(first.hidden_size, second.hidden_size);
  requireField(
    "unet/config.json",
    "cross_attention_dim",
    unet.cross_attention_dim,
    [widths],
    "both text encoders' states together",
  );
  const timeIds = unet.addition_time_embed_dim;
  const pooled = sum(
    second.projection_dim,
    timeIds === undefined || timeIds === null ? undefined : 6 * timeIds,
  );
  requireField(
    "unet/config.json",
    "projection_class_embeddings_input_dim",
    unet.projection_class_embeddings_input_dim,
    [pooled],
    "the pooled embedding and six time ids",
  );
  const tokenizers = [await openTokenizer(model, "tokenizer"), await openTokenizer(model, "tokenizer_2")];

  return {
    ...autoencoder(parts.vae),
    ...unetModel(parts),
    components: COMPONENTS,
    graphs: {
      text_encoder: { inputs: { input_ids: ["any", 77] } },
      text_encoder_2: { inputs: { input_ids: ["any", 77] }, outputs: ["text_embeds"] },
      ...diffusionGraphs(parts, {
        text_embeds: ["any", second.projection_dim ?? "any"],
        time_ids: ["any", 6],
      }),
    },
    schedulerConfig: parts.schedulerConfig,

    encode: async (open, request, guided) => {
      const sessions = [await open("text_encoder"), await open("text_encoder_2")] as const;
      const layers = [
        penultimate(sessions[0], "text_encoder", first.num_hidden_layers),
        penultimate(sessions[1], "text_encoder_2", second.num_hidden_layers),
      ] as const;
      // The size that the picture seems to have been taken at, the crop's corner, the size that is drawn.
      const { width, height } = request;
      const more: Condition = {
        time_ids: floatTensor([1, 6], Float32Array.of(height, width, 0, 0, height, width)),
        ...guidanceCondition(unet, request.guidanceScale),
      };
      const conditions = await encodeConditions(request, tokenizers, guided, async ([one = [], two = []]) => {
        const left = await clipStates(sessions[0], "text_encoder", one, layers[0]);
        const right = await clipStates(sessions[1], "text_encoder_2", two, layers[1]);
        return {
          encoder_hidden_states: concatLast([left.states, right.states]), // [1, 77 x chunks, D1 + D2]
          text_embeds: outputOf(right.first, "text_embeds", sessions[1]),
          ...more,
        };
      });
      const zeros = parts.forceZerosForEmptyPrompt && request.negativePrompt === "";
      return zeros ? withZeroNegative(conditions) : conditions;
    },
  };
}

/**
 * The output that holds the last layer's input. Optimum's exports have every layer as `hidden_states.N`, the embedding
 * as N = 0; others have this one alone.
 */
function penultimate(session: InferenceSession, component: string, layers: number | undefined): string {
  const numbers = session.outputs
    .map(({ name }) => /^hidden_states\.(\d+)$/.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
  const wanted = layers === undefined ? (numbers.at(-2) ?? numbers[0]) : layers - 1;
  if (wanted !== undefined && numbers.includes(wanted)) return `hidden_states.${wanted}`;
  const came = session.outputs.map(({ name }) => name).join(", ");
  throw new EaselError(
    "model_corrupt",
    `The model's ${component} should answer with hidden_states.${wanted ?? "N"}, its layer before the last, but answers with ${came}.`,
    { hint: "Export it with its hidden states (Optimum does so for Stable Diffusion XL)." },
  );
}

/** The same conditions with zeros in place of what the encoders make of no negative prompt. */
function withZeroNegative(conditions: Conditions): Conditions {
  const changed = new Map<StepConditions, StepConditions>();
  return {
    at: (step) => {
      const given = conditions.at(step);
      const known = changed.get(given);
      if (known !== undefined || given.negative === undefined) return known ?? given;
      const { encoder_hidden_states: states, text_embeds: pooled } = given.negative;
      const negative = {
        ...given.negative,
        encoder_hidden_states: floatTensor(states!.dims, new Float32Array(states!.data.length)),
        text_embeds: floatTensor(pooled!.dims, new Float32Array(pooled!.data.length)),
      };
      const zeroed = { ...given, negative };
      changed.set(given, zeroed);
      return zeroed;
    },
  };
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
