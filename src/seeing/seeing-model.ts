import { EaselError } from "../contracts/errors.ts";
import { seeingConfigSchema } from "../contracts/seeing-config.ts";
import type { SeeingConfigWire } from "../contracts/seeing-config.ts";
import { corruptConfig, readConfig } from "../core/families/component-config.ts";
import type { ListedFiles } from "../core/model-files.ts";
import { runFloats } from "../core/runtime/feed.ts";
import type { Feed } from "../core/runtime/feed.ts";
import type { InferenceRuntime, InferenceSession } from "../core/runtime/inference-runtime.ts";
import type { FloatTensor } from "../core/tensor/tensor.ts";
import { requireFinite } from "./scores.ts";

export const CONFIG = "config.json";

/** Where exports keep their only graph: Optimum's own, and the layout of browser exports. */
const GRAPHS = ["model.onnx", "onnx/model.onnx"];
const WEIGHTS = /^model\.onnx(_data(_\d+)?|\.data)$/;

/** A model's config.json. @throws EaselError `model_corrupt` where it is missing or can't be used. */
export async function readSeeingConfig(model: ListedFiles): Promise<SeeingConfigWire> {
  return readConfig(model, CONFIG, seeingConfigSchema);
}

/**
 * The labels of config.json's id2label, by index.
 * @throws EaselError `model_corrupt` where there are none, or an index is left out.
 */
export function labelsOf({ id2label }: SeeingConfigWire): readonly string[] {
  const entries = Object.entries(id2label ?? {});
  if (entries.length === 0) throw corruptConfig(CONFIG, "it has no labels: id2label is empty or not there");
  return entries.map((_, index) => {
    const label = id2label![index];
    if (label !== undefined) return label;
    throw corruptConfig(
      CONFIG,
      `id2label should name each index from 0 to ${entries.length - 1}, but ${index} is not among its ${entries.length}`,
    );
  });
}

/** @throws EaselError `model_corrupt` where the graph answers for more or fewer labels than there are. */
export function requireLabelCount(labels: readonly string[], answered: number, output: string): void {
  if (labels.length === answered) return;
  throw new EaselError(
    "model_corrupt",
    `The model's ${output} has ${answered} labels, but its ${CONFIG} names ${labels.length}.`,
    { hint: "The label file belongs to another model: install the model again, whole." },
  );
}

/** Where a model's one graph lies, and its weights beside it; undefined: there is none. */
export function graphOf(paths: readonly string[]): { graph: string; weights: string[] } | undefined {
  const graph = GRAPHS.find((path) => paths.includes(path));
  if (graph === undefined) return undefined;
  const folder = graph.slice(0, graph.lastIndexOf("/") + 1);
  const weights = paths.filter((path) => path.startsWith(folder) && WEIGHTS.test(path.slice(folder.length)));
  return { graph, weights };
}

/** A model's one graph, loaded. @throws EaselError `model_corrupt` where there is none, and as `createSession` does. */
export async function openGraph(model: ListedFiles, runtime: InferenceRuntime): Promise<InferenceSession> {
  const listed = model.manifest.files.map(({ path }) => path);
  const found = graphOf(listed);
  if (found === undefined) {
    throw new EaselError(
      "model_corrupt",
      `The model ${model.manifest.id} should have ${GRAPHS.join(" or ")}, but has ${listed.join(", ") || "no file"}.`,
      { hint: "Export it to ONNX, for example with Optimum." },
    );
  }
  const folder = found.graph.slice(0, found.graph.lastIndexOf("/") + 1);
  const weights = await Promise.all(
    found.weights.map(async (file) => ({ path: file.slice(folder.length), data: await model.read(file) })),
  );
  return runtime.createSession(await model.read(found.graph), weights);
}

/**
 * Runs the graph and gives the outputs of these names, checked.
 * @throws EaselError `model_corrupt` where the graph lacks one, `invalid_output` where a number is not finite.
 */
export async function answer<Name extends string>(
  session: InferenceSession,
  feeds: Readonly<Record<string, Feed>>,
  names: readonly Name[],
): Promise<Readonly<Record<Name, FloatTensor>>> {
  const has = session.outputs.map(({ name }) => name);
  const missing = names.filter((name) => !has.includes(name));
  if (missing.length > 0) {
    throw new EaselError(
      "model_corrupt",
      `The model should answer with ${names.join(", ")}, but answers with ${has.join(", ")}.`,
      { hint: "It was exported for another task." },
    );
  }
  const outputs = await runFloats(session, "graph", feeds);
  const found = names.map((name): [Name, FloatTensor] => [name, outputs.get(name)!]);
  for (const [name, { data }] of found) requireFinite(data, name);
  return Object.fromEntries(found) as Record<Name, FloatTensor>;
}

/** A tensor as a graph is fed with it. */
export const feedOf = ({ dims, data }: FloatTensor): Feed => ({ dims, values: data });
