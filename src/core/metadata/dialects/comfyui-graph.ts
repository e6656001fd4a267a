import { asRecord, jsonObject } from "./reading.ts";

export interface ComfyNode {
  type: string;
  /** A value, or [node, output] for a link. */
  inputs: Readonly<Record<string, unknown>>;
}
export type ComfyGraph = ReadonlyMap<string, ComfyNode>;

/** What the widgets of a node are called, in the order in which a workflow lists their values. */
const WIDGETS: Readonly<Record<string, readonly string[]>> = Object.freeze({
  KSampler: ["seed", "control", "steps", "cfg", "sampler_name", "scheduler", "denoise"],
  KSamplerAdvanced: ["add_noise", "noise_seed", "control", "steps", "cfg", "sampler_name", "scheduler"],
  CLIPTextEncode: ["text"],
  EmptyLatentImage: ["width", "height"],
  EmptySD3LatentImage: ["width", "height"],
  CheckpointLoaderSimple: ["ckpt_name"],
  UNETLoader: ["unet_name"],
  LoraLoader: ["lora_name", "strength_model", "strength_clip"],
  RandomNoise: ["noise_seed"],
  KSamplerSelect: ["sampler_name"],
  BasicScheduler: ["scheduler", "steps", "denoise"],
  CFGGuider: ["cfg"],
});

/** The graph that was run: ComfyUI's `prompt`. */
export function readPromptGraph(text: string | undefined): ComfyGraph | undefined {
  const nodes = Object.entries(jsonObject(text) ?? {}).flatMap(([id, value]) => {
    const node = asRecord(value);
    const type = node?.["class_type"];
    return typeof type === "string"
      ? [[id, { type, inputs: asRecord(node?.["inputs"]) ?? {} }] as const]
      : [];
  });
  return nodes.length === 0 ? undefined : new Map(nodes);
}

/** The graph as its editor keeps it: `workflow`, where links are apart and widgets have no names. */
export function readWorkflowGraph(text: string | undefined): ComfyGraph | undefined {
  const workflow = jsonObject(text);
  const nodes = workflow?.["nodes"];
  if (!Array.isArray(nodes)) return undefined;
  const sources = new Map<unknown, [string, unknown]>();
  for (const link of Array.isArray(workflow?.["links"]) ? workflow["links"] : []) {
    if (Array.isArray(link)) sources.set(link[0], [String(link[1]), link[2]]);
  }
  const graph = new Map<string, ComfyNode>();
  for (const value of nodes) {
    const node = asRecord(value);
    const type = node?.["type"];
    if (node === undefined || typeof type !== "string") continue;
    const values = Array.isArray(node["widgets_values"]) ? node["widgets_values"] : [];
    const names = Object.hasOwn(WIDGETS, type) ? WIDGETS[type]! : [];
    const inputs: Record<string, unknown> = Object.fromEntries(names.map((name, i) => [name, values[i]]));
    for (const input of Array.isArray(node["inputs"]) ? node["inputs"] : []) {
      const slot = asRecord(input);
      const source = sources.get(slot?.["link"]);
      if (source !== undefined) inputs[String(slot?.["name"])] = source;
    }
    graph.set(String(node["id"]), { type, inputs });
  }
  return graph.size === 0 ? undefined : graph;
}

/** The node that an input is linked to, or undefined where it holds a value. */
export function linked(graph: ComfyGraph, value: unknown): ComfyNode | undefined {
  return Array.isArray(value) && value.length === 2 ? graph.get(String(value[0])) : undefined;
}

/**
 * The nodes upstream of one, nearest first, itself among them, along the inputs that `follow` allows. Each is visited
 * once, so that a circle ends.
 */
export function upstream(
  graph: ComfyGraph,
  from: ComfyNode,
  follow: (input: string) => boolean,
): ComfyNode[] {
  const found = new Set([from]);
  for (const node of found) {
    for (const [name, value] of Object.entries(node.inputs)) {
      const next = follow(name) ? linked(graph, value) : undefined;
      if (next !== undefined) found.add(next);
    }
  }
  return [...found];
}
