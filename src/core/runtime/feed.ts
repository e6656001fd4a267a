import { EaselError } from "../../contracts/errors.ts";
import { tensorOf, toFloatTensor } from "../tensor/convert.ts";
import type { ElementType, FloatTensor, Tensor } from "../tensor/tensor.ts";
import { agree } from "./graph-shape.ts";
import type { InferenceSession, TensorInfo } from "./inference-runtime.ts";

/** One input as the pipeline has it: plain numbers; the session says in which element type it wants them. */
export interface Feed {
  dims: readonly number[];
  values: ArrayLike<number>;
  /** Fed again and again, and never written to: converted once for each element type. */
  constant?: boolean;
}

/** What constant values became, by the array that holds them: gone when it is. */
const converted = new WeakMap<object, Map<ElementType, Tensor>>();

function tensorOfFeed(type: ElementType, { dims, values, constant }: Feed): Tensor {
  if (constant !== true) return tensorOf(type, dims, values);
  const known = converted.get(values) ?? new Map<ElementType, Tensor>();
  converted.set(values, known);
  const tensor = known.get(type) ?? tensorOf(type, dims, values);
  known.set(type, tensor);
  return tensor;
}

/** What a session says of one of its inputs, if it has it. */
export function inputInfo(session: InferenceSession, name: string): TensorInfo | undefined {
  return session.inputs.find((input) => input.name === name);
}

/**
 * Runs a session on plain numbers: every input converted to its type, every output to float32.
 * @throws EaselError `model_corrupt` where the graph wants an input that the family does not know, lacks one, or has
 *   another shape of it.
 */
export async function runFloats(
  session: InferenceSession,
  component: string,
  feeds: Readonly<Record<string, Feed>>,
): Promise<ReadonlyMap<string, FloatTensor>> {
  const tensors: Record<string, Tensor> = {};
  for (const input of session.inputs) {
    const feed = feeds[input.name];
    if (feed === undefined) throw unexpectedGraph(component, Object.keys(feeds), session);
    if (!agree(input.dims, feed.dims)) throw unexpectedShape(component, input, feed);
    tensors[input.name] = tensorOfFeed(input.type, feed);
  }
  if (Object.keys(tensors).length !== Object.keys(feeds).length) {
    throw unexpectedGraph(component, Object.keys(feeds), session);
  }
  const outputs = await session.run(tensors);
  return new Map(Object.entries(outputs).map(([name, tensor]) => [name, toFloatTensor(tensor)]));
}

function unexpectedGraph(component: string, expected: string[], session: InferenceSession): EaselError {
  const came = session.inputs.map((input) => input.name).join(", ");
  return new EaselError(
    "model_corrupt",
    `The model's ${component} should take the inputs ${expected.join(", ")}, but takes ${came}.`,
    { hint: "The model is of another family than its manifest says, or was exported another way." },
  );
}

function unexpectedShape(component: string, { name, dims }: TensorInfo, feed: Feed): EaselError {
  return new EaselError(
    "model_corrupt",
    `The model's ${component} takes ${name} as [${dims.join(", ")}], but [${feed.dims.join(", ")}] is what it should take here.`,
    { hint: "Its parts do not belong together, or it draws other sizes than its manifest says." },
  );
}

/** The output of this name, else the graph's first: exports name their only output in several ways. */
export function outputOf(
  outputs: ReadonlyMap<string, FloatTensor>,
  name: string,
  session: InferenceSession,
): FloatTensor {
  const tensor = outputs.get(name) ?? outputs.get(session.outputs[0]?.name ?? "");
  if (tensor === undefined) throw new EaselError("model_corrupt", `The graph gave no output called ${name}.`);
  return tensor;
}
