import { readFile } from "node:fs/promises";
import { describeRuntime } from "../../../src/core/runtime/conformance.ts";
import { createNodeRuntime } from "./node-runtime.ts";

describeRuntime("onnxruntime-node on the CPU", {
  runtime: createNodeRuntime("cpu"),
  read: async (path) => new Uint8Array(await readFile(path)),
  // Another build of onnxruntime and other normals in the last place: a value on the edge of two integers may fall
  // to the other side, nothing more.
  pixelTolerance: 1,
});
