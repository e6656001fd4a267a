import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { describeRuntime } from "../../../src/core/runtime/conformance.ts";
import { describeFidelity } from "../../../src/core/runtime/fidelity.ts";
import { createNodeRuntime } from "./node-runtime.ts";

const runtime = createNodeRuntime("cpu");
const read = async (path: string) => new Uint8Array(await readFile(path));

describeRuntime("onnxruntime-node on the CPU", {
  runtime,
  read,
  // Another build of onnxruntime and other normals in the last place: a value on the edge of two integers may fall
  // to the other side, nothing more.
  pixelTolerance: 1,
});

describeFidelity("onnxruntime-node on the CPU", {
  runtime,
  read,
  decodePng: async (bytes) => {
    const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: new Uint8ClampedArray(data) };
  },
  pictures: { whole: 20 },
  atLeast: 45,
});
