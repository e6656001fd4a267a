import { readFile } from "node:fs/promises";
import { describeSeeing } from "../../../src/seeing/conformance.ts";
import { createNodeRuntime } from "./node-runtime.ts";

await describeSeeing("onnxruntime-node on the CPU", {
  runtime: createNodeRuntime("cpu"),
  read: async (path) => new Uint8Array(await readFile(path)),
  tolerance: 1e-4,
});
