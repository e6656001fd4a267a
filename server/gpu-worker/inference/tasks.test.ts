import { readFile } from "node:fs/promises";
import { describeTasks } from "../../../src/core/tasks/conformance.ts";
import { createNodeRuntime } from "./node-runtime.ts";

await describeTasks("onnxruntime-node on the CPU", {
  runtime: createNodeRuntime("cpu"),
  read: async (path) => new Uint8Array(await readFile(path)),
  // torch and onnxruntime add in another order, and normals differ in the last place: a value on the edge of two
  // integers may fall to the other side, nothing more.
  pixelTolerance: 1,
});
