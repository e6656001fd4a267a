import { EaselError } from "../../contracts/errors.ts";

/**
 * An ONNX graph without what these outputs do not need: the runtime computes all of a graph, whatever one asks of it.
 * Nodes, initialisers and outputs are left out, the rest is kept to the byte (onnx.proto3: ModelProto, GraphProto).
 *
 * @throws EaselError `model_corrupt` where the graph lacks an output, or is no graph
 */
export function cutGraph(model: Uint8Array, outputs: readonly string[]): Uint8Array<ArrayBuffer> {
  const parts = fieldsOf(model).map((field) =>
    field.number === MODEL.graph ? wrapped(field.number, joined(cut(field.content, outputs))) : field.whole,
  );
  return joined(parts);
}

const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, initializer: 5, output: 12, valueInfo: 13 } as const;
const NODE = { input: 1, output: 2, attribute: 5 } as const;
/** Graphs inside a node, of an If or a Loop. */
const ATTRIBUTE = { graph: 6, graphs: 11 } as const;
const TENSOR_NAME = 8;
const VALUE_NAME = 1;

function cut(graph: Uint8Array, outputs: readonly string[]): Uint8Array[] {
  const fields = fieldsOf(graph);
  const has = fields
    .filter(({ number }) => number === GRAPH.output)
    .map(({ content }) => nameIn(content, VALUE_NAME));
  const missing = outputs.filter((name) => !has.includes(name));
  if (missing.length > 0) {
    throw corrupt(`The graph should answer with ${missing.join(", ")}, but answers with ${has.join(", ")}.`);
  }
  const needed = new Set(outputs);
  const nodes = fields.filter(({ number }) => number === GRAPH.node);
  const kept = new Set<Field>();
  // A graph's nodes stand after those that they read from.
  for (const node of nodes.reverse()) {
    if (!namesIn(node.content, NODE.output).some((name) => needed.has(name))) continue;
    kept.add(node);
    for (const name of readBy(node.content)) needed.add(name);
  }
  return fields
    .filter((field) => {
      if (field.number === GRAPH.node) return kept.has(field);
      if (field.number === GRAPH.initializer) return needed.has(nameIn(field.content, TENSOR_NAME));
      if (field.number === GRAPH.output) return outputs.includes(nameIn(field.content, VALUE_NAME));
      return field.number !== GRAPH.valueInfo || needed.has(nameIn(field.content, VALUE_NAME));
    })
    .map(({ whole }) => whole);
}

/** What a node reads, and what the graphs inside it may read from around it. */
function readBy(node: Uint8Array): string[] {
  const inside = fieldsOf(node)
    .filter(({ number }) => number === NODE.attribute)
    .flatMap(({ content }) => fieldsOf(content))
    .filter(({ number }) => number === ATTRIBUTE.graph || number === ATTRIBUTE.graphs)
    .flatMap(({ content }) => fieldsOf(content))
    .filter(({ number }) => number === GRAPH.node || number === GRAPH.output);
  return [
    ...namesIn(node, NODE.input),
    ...inside.flatMap(({ number, content }) =>
      number === GRAPH.node ? readBy(content) : [nameIn(content, VALUE_NAME)],
    ),
  ];
}

/** One field of a protobuf message (protobuf.dev, "Encoding"). */
interface Field {
  readonly number: number;
  /** What it holds where its length is told; else nothing. */
  readonly content: Uint8Array;
  /** With its tag. */
  readonly whole: Uint8Array;
}

function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw corrupt("The graph's file is cut short.");
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const start = at;
    const tag = varint();
    const wire = tag % 8;
    let from = at;
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === 2) {
      const length = varint();
      from = at;
      at += length;
    } else throw corrupt(`The graph's file has a field of the unknown kind ${wire}.`);
    if (at > message.length) throw corrupt("The graph's file is cut short.");
    const content = wire === 2 ? message.subarray(from, at) : new Uint8Array();
    fields.push({ number: Math.floor(tag / 8), content, whole: message.subarray(start, at) });
  }
  return fields;
}

function namesIn(message: Uint8Array, number: number): string[] {
  const text = new TextDecoder();
  return fieldsOf(message)
    .filter((field) => field.number === number)
    .map(({ content }) => text.decode(content));
}

const nameIn = (message: Uint8Array, number: number): string => namesIn(message, number)[0] ?? "";

function wrapped(number: number, content: Uint8Array): Uint8Array {
  const head: number[] = [];
  for (let value of [number * 8 + 2, content.length]) {
    for (; value >= 128; value = Math.floor(value / 128)) head.push((value % 128) + 128);
    head.push(value);
  }
  return joined([Uint8Array.from(head), content]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function corrupt(message: string): EaselError {
  return new EaselError("model_corrupt", message, {
    hint: "Its file is damaged or of another version: install the model again, whole.",
  });
}
