import { readFile } from "node:fs/promises";
import { describeEyes } from "../../../src/seeing/eyes/conformance.ts";
import { createNodeRuntime } from "./node-runtime.ts";

await describeEyes("onnxruntime-node on the CPU", {
  runtime: createNodeRuntime("cpu"),
  read: async (path) => new Uint8Array(await readFile(path)),
  tolerance: 1e-4,
});
