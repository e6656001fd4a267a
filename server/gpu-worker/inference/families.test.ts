import { readFile } from "node:fs/promises";
import { describeFamilies } from "../../../src/core/families/conformance.ts";
import { createNodeRuntime } from "./node-runtime.ts";

await describeFamilies("onnxruntime-node on the CPU", {
  runtime: createNodeRuntime("cpu"),
  read: async (path) => new Uint8Array(await readFile(path)),
  // torch and onnxruntime add in another order, which guidance and the steps widen; a pixel on the edge of two integers
  // may fall to the other side.
  tolerance: { latent: 2e-4, pixel: 1 },
});
