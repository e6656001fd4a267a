import { z } from "zod";
import { EaselError } from "../contracts/errors.ts";
import type { Manifest } from "../contracts/model.ts";
import type { SCHEDULERS } from "../contracts/request-limits.ts";
import { drawsFamily } from "./families.ts";

type Family = Manifest["family"];

/** What the files of each family must be, in the layout of Optimum's ONNX export. */
interface Layout {
  /** The pipelines of diffusers whose models it draws. */
  pipelines: readonly string[];
  components: readonly string[];
  optionalComponents: readonly string[];
  tokenizers: readonly string[];
}

const LAYOUTS: Readonly<Record<string, Layout>> = Object.freeze({
  sd: {
    pipelines: [
      "StableDiffusionPipeline",
      "LatentConsistencyModelPipeline",
      "ORTStableDiffusionPipeline",
      "OnnxStableDiffusionPipeline",
      "ORTLatentConsistencyModelPipeline",
    ],
    components: ["text_encoder", "unet", "vae_decoder"],
    optionalComponents: ["vae_encoder"],
    tokenizers: ["tokenizer"],
  },
  sdxl: {
    pipelines: ["StableDiffusionXLPipeline", "ORTStableDiffusionXLPipeline"],
    components: ["text_encoder", "text_encoder_2", "unet", "vae_decoder"],
    optionalComponents: ["vae_encoder"],
    tokenizers: ["tokenizer", "tokenizer_2"],
  },
});

/** A component's graph, its configuration, and the names under which exports keep its weights beside it. */
const COMPONENT_FILE = /^(?:model\.onnx|model\.onnx_data.*|model\.onnx\.data.*|weights\.pb|config\.json)$/;
const TOKENIZER_FILE =
  /^(?:vocab\.json|merges\.txt|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json)$/;

const indexSchema = z.object({ _class_name: z.string() });
const unetSizeSchema = z.object({
  sample_size: z.union([z.number().int().positive(), z.array(z.number().int()).length(2)]).optional(),
});
const vaeBlocksSchema = z.object({ block_out_channels: z.array(z.number()).min(1).optional() });
const schedulerNameSchema = z.object({ _class_name: z.string().optional() });

/** diffusers' names for the schedulers that we have. */
const SCHEDULER_CLASSES: Readonly<Record<string, (typeof SCHEDULERS)[number]>> = Object.freeze({
  DDIMScheduler: "ddim",
  PNDMScheduler: "pndm",
  EulerDiscreteScheduler: "euler",
  EulerAncestralDiscreteScheduler: "euler_ancestral",
  HeunDiscreteScheduler: "heun",
  DPMSolverMultistepScheduler: "dpmpp_2m",
  UniPCMultistepScheduler: "unipc",
  LCMScheduler: "lcm",
});

/** The paths of a model that are worth having, out of all that lie beside them. */
export function filesOfLayout(family: string, paths: readonly string[]): string[] {
  const layout = layoutOf(family);
  const folders = [...layout.components, ...layout.optionalComponents];
  return paths.filter((path) => {
    const [folder = "", name = "", deeper] = path.split("/");
    if (deeper !== undefined) return false;
    if (folders.includes(folder)) return COMPONENT_FILE.test(name);
    if (layout.tokenizers.includes(folder)) return TOKENIZER_FILE.test(name);
    return path === "model_index.json" || path === "scheduler/scheduler_config.json";
  });
}

/**
 * Checks that nothing is missing which the family can't do without.
 * @throws EaselError `model_corrupt` that names the file and what it should be
 */
export function requireLayout(family: string, paths: readonly string[], where: string): void {
  const { components, tokenizers } = layoutOf(family);
  const needed: [string, string][] = [
    ...components.map((name): [string, string] => [`${name}/model.onnx`, "the graph of a component"]),
    ...tokenizers.flatMap((name): [string, string][] => [
      [`${name}/vocab.json`, "the tokenizer's words"],
      [`${name}/merges.txt`, "the tokenizer's merges"],
    ]),
    ["scheduler/scheduler_config.json", "the schedule that the model was trained with"],
  ];
  for (const [path, what] of needed) {
    if (!paths.includes(path)) throw missing(where, path, what);
  }
}

/** What an unknown model's own small files say of it. */
export interface Inspected {
  family: Family;
  defaults: Manifest["defaults"];
  sizes: Manifest["sizes"];
}

/**
 * Looks at a model that is in no catalogue: which family it is, whether its files are complete, what it draws.
 * @param read the text of a small file, or undefined where there is none
 * @param where what the model is called in errors
 * @throws EaselError `model_corrupt` that names the file, what was expected and what came
 */
export async function inspectLayout(
  paths: readonly string[],
  read: (path: string) => Promise<string | undefined>,
  where: string,
): Promise<Inspected> {
  const index = await readJson(read, "model_index.json", indexSchema, where);
  if (index === undefined) {
    throw missing(where, "model_index.json", "what names the pipeline of an export made with Optimum");
  }
  const family = familyOf(index._class_name);
  if (family === undefined) {
    const known = Object.values(LAYOUTS).flatMap(({ pipelines }) => pipelines[0] ?? []);
    throw unusable(
      where,
      `model_index.json names the pipeline ${index._class_name}, but ${known.join(" or ")} is expected`,
    );
  }
  requireLayout(family, paths, where);
  const unet = await readJson(read, "unet/config.json", unetSizeSchema, where);
  const vae = await readJson(read, "vae_decoder/config.json", vaeBlocksSchema, where);
  const scheduler = await readJson(read, "scheduler/scheduler_config.json", schedulerNameSchema, where);
  // Each block of the autoencoder but the last halves the picture; Stable Diffusion has four of them.
  const scale = 2 ** ((vae?.block_out_channels?.length ?? 4) - 1);
  const side = unet?.sample_size ?? 64;
  const [high = 64, wide = 64] = typeof side === "number" ? [side, side] : side;
  const [width, height] = [wide * scale, high * scale];
  const name = SCHEDULER_CLASSES[scheduler?._class_name ?? ""] ?? "euler";
  const lcm = name === "lcm";
  return {
    family,
    defaults: {
      numSteps: lcm ? 4 : 20,
      guidanceScale: lcm ? 1 : 7.5,
      scheduler: name,
      width,
      height,
    },
    sizes: [[width, height]],
  };
}

function familyOf(pipeline: string): Family | undefined {
  const found = Object.entries(LAYOUTS).find(([, { pipelines }]) => pipelines.includes(pipeline))?.[0];
  return found !== undefined && drawsFamily(found) ? found : undefined;
}

function layoutOf(family: string): Layout {
  const layout = LAYOUTS[family];
  if (layout === undefined) throw new Error(`The family ${family} has no layout.`);
  return layout;
}

async function readJson<Schema extends z.ZodType>(
  read: (path: string) => Promise<string | undefined>,
  path: string,
  schema: Schema,
  where: string,
): Promise<z.infer<Schema> | undefined> {
  const text = await read(path);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unusable(where, `${path} should be JSON, but begins with "${text.slice(0, 40).trim()}"`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw unusable(where, `${path}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? "has another shape"}`);
}

function missing(where: string, path: string, what: string): EaselError {
  return unusable(where, `${path} is missing: ${what}`);
}

function unusable(where: string, what: string): EaselError {
  return new EaselError("model_corrupt", `${where} can't be used: ${what}.`, {
    hint: "A model in the layout of Optimum's ONNX export is needed: one folder a component, with model.onnx in it.",
  });
}
