import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cutGraph } from "./cut-graph.ts";

/** A field with a length (protobuf.dev, "Encoding"); all here are short. */
const field = (number: number, content: Uint8Array | string): Uint8Array => {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return Uint8Array.from([number * 8 + 2, bytes.length, ...bytes]);
};
const message = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const node = (inputs: string[], outputs: string[], ...more: Uint8Array[]) =>
  field(
    1,
    message(...inputs.map((name) => field(1, name)), ...outputs.map((name) => field(2, name)), ...more),
  );
const weights = (name: string) => field(5, field(8, name));
const output = (name: string) => field(12, field(1, name));
/** The file's version and opset stand around the graph. */
const model = (...graph: Uint8Array[]) =>
  message(Uint8Array.from([8, 10]), field(7, message(...graph)), field(8, Uint8Array.from([16, 17])));

test("what an output does not need is left out, the rest stays as it is", () => {
  const common = node(["pixels", "w0"], ["x"]);
  const [logits, there] = [node(["x", "w1"], ["logits"]), node(["x", "w2"], ["there"])];
  const whole = model(
    ...[common, there, logits, field(2, "eyes"), weights("w0"), weights("w1"), weights("w2")],
    ...[field(11, field(1, "pixels")), output("logits"), output("there")],
  );
  expect(cutGraph(whole, ["logits"])).toEqual(
    model(
      ...[common, logits, field(2, "eyes"), weights("w0"), weights("w1")],
      ...[field(11, field(1, "pixels")), output("logits")],
    ),
  );
  expect(cutGraph(whole, ["there", "logits"])).toEqual(whole);
});

test("what a graph inside a node reads from around it stays", () => {
  const inside = message(node(["outer"], ["y"]), output("y"));
  const branch = node(["condition"], ["logits"], field(5, field(6, inside)));
  const whole = model(node(["pixels"], ["outer"]), node(["pixels"], ["unused"]), branch, output("logits"));
  expect(cutGraph(whole, ["logits"])).toEqual(model(node(["pixels"], ["outer"]), branch, output("logits")));
});

test("an output that the graph lacks, and a file that is no graph, are told", () => {
  const eyes = new Uint8Array(readFileSync("models/tiny/seeing/eyes/eyes.onnx"));
  expect(() => cutGraph(eyes, ["logits", "colour"])).toThrow(
    "The graph should answer with colour, but answers with logits, there, which, edges, alpha, middle.",
  );
  expect(() => cutGraph(eyes.subarray(0, eyes.length - 9), ["logits"])).toThrow("cut short");
  expect(() => cutGraph(Uint8Array.from([7 * 8 + 3]), ["logits"])).toThrow("unknown kind 3");
});
