import type { PictureText } from "../container/picture-text.ts";
import {
  linked,
  readPromptGraph,
  readWorkflowGraph,
  upstream,
  type ComfyGraph,
  type ComfyNode,
} from "./comfyui-graph.ts";
import { modelName, Reading, textNamed, type Dialect } from "./reading.ts";

const SAMPLER = /^(KSampler|KSamplerAdvanced|SamplerCustom|SamplerCustomAdvanced)$/;
const EMPTY_LATENT = /^Empty.*Latent/;
/** Where a custom sampler's settings stand instead of on itself. */
const PARTS = new Set(["noise", "sampler", "sigmas", "guider"]);
const TEXT_INPUTS = ["text", "string", "value", "text_g"];

/**
 * ComfyUI: `prompt` is the graph that was run, `workflow` the graph in its editor; a WebP has them in EXIF, as
 * "prompt:{...}". The settings are those of the sampler that began from an empty picture.
 */
export const readComfyUi: Dialect = (texts) => {
  const graph =
    readPromptGraph(graphText(texts, "prompt")) ?? readWorkflowGraph(graphText(texts, "workflow"));
  if (graph === undefined) return undefined;
  const reading = new Reading("ComfyUI");
  const samplers = [...graph.values()].filter(({ type }) => SAMPLER.test(type));
  const first = samplers.find((node) => latentOf(graph, node) !== undefined) ?? samplers[0];
  if (first !== undefined) readSampler(reading, graph, first);
  for (const node of samplers) if (node !== first) reading.leave(node.type, node.inputs);
  for (const { type, inputs } of graph.values()) {
    if (/lora/i.test(type)) reading.leave(type, inputs["lora_name"] ?? inputs);
    else if (/controlnetapply|ipadapter/i.test(type)) reading.leave(type, inputs["strength"] ?? "on");
  }
  return reading;
};

function graphText(texts: readonly PictureText[], name: string): string | undefined {
  const whole = textNamed(texts, name);
  if (whole !== undefined) return whole;
  const inExif = texts.find(({ text }) => text.slice(0, name.length + 1).toLowerCase() === `${name}:`);
  return inExif?.text.slice(name.length + 1);
}

function readSampler(reading: Reading, graph: ComfyGraph, sampler: ComfyNode): void {
  const parts = upstream(graph, sampler, (input) => PARTS.has(input));
  const setting = (...names: string[]): unknown => {
    for (const { inputs } of parts)
      for (const name of names) if (inputs[name] !== undefined) return valueOf(graph, inputs[name]);
    return undefined;
  };
  reading.take("seed", "seed", setting("seed", "noise_seed"));
  reading.take("numSteps", "steps", setting("steps"));
  reading.take("guidanceScale", "cfg", setting("cfg"));
  reading.takeSampler("sampler_name", setting("sampler_name"));
  reading.takeSpacing("scheduler", setting("scheduler"));
  const latent = latentOf(graph, sampler);
  reading.take("width", "width", valueOf(graph, latent?.inputs["width"]));
  reading.take("height", "height", valueOf(graph, latent?.inputs["height"]));
  const denoise = setting("denoise");
  if (denoise !== 1) reading.take("strength", "denoise", denoise);
  for (const [field, names] of [
    ["prompt", ["positive", "conditioning"]],
    ["negativePrompt", ["negative"]],
  ] as const) {
    const link = parts
      .flatMap(({ inputs }) => names.map((name) => inputs[name]))
      .find((value) => value !== undefined);
    reading.take(field, names[0], textOf(graph, linked(graph, link)));
  }
  for (const part of parts) {
    const chain = upstream(graph, part, (input) => input === "model" || input === "guider");
    const loader = chain.find(({ inputs }) => (inputs["ckpt_name"] ?? inputs["unet_name"]) !== undefined);
    if (loader === undefined) continue;
    reading.take("model", "model", modelName(loader.inputs["ckpt_name"] ?? loader.inputs["unet_name"]));
    break;
  }
}

function latentOf(graph: ComfyGraph, sampler: ComfyNode): ComfyNode | undefined {
  const source = linked(graph, sampler.inputs["latent_image"]);
  return source !== undefined && EMPTY_LATENT.test(source.type) ? source : undefined;
}

/** The first text upstream of a conditioning, and so the prompt that it was made from. */
function textOf(graph: ComfyGraph, conditioning: ComfyNode | undefined): string | undefined {
  if (conditioning === undefined) return undefined;
  const follow = (input: string): boolean => /^(conditioning|positive|negative)/.test(input);
  for (const { inputs } of upstream(graph, conditioning, follow))
    for (const name of TEXT_INPUTS) {
      const value = valueOf(graph, inputs[name]);
      if (typeof value === "string") return value;
    }
  return undefined;
}

/** The value of an input, also where it comes from a node that only holds one (a primitive, a text box). */
function valueOf(graph: ComfyGraph, value: unknown): unknown {
  const source = linked(graph, value);
  if (source === undefined) return Array.isArray(value) ? undefined : value;
  const held = ["value", ...TEXT_INPUTS, "seed", "int", "float"].map((name) => source.inputs[name]);
  return held.find((one) => typeof one === "string" || typeof one === "number");
}
