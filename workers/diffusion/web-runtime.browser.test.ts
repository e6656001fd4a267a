import { describeRuntime } from "../../src/core/runtime/conformance.ts";
import { describeTasks } from "../../src/core/tasks/conformance.ts";
import { createWebRuntime } from "./web-runtime.ts";

const read = async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
  const response = await fetch(`/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

describeRuntime("onnxruntime-web on WASM", {
  runtime: createWebRuntime("wasm"),
  read,
  // As on the CPU: other kernels round a value on the edge of two integers the other way.
  pixelTolerance: 1,
});

await describeTasks("onnxruntime-web on WASM", {
  runtime: createWebRuntime("wasm"),
  read,
  // As above; torch adds in yet another order.
  pixelTolerance: 1,
  every: 2,
});

describeRuntime("onnxruntime-web on WebGPU", {
  runtime: createWebRuntime("webgpu"),
  read,
  // A GPU's sums run in another order and its exponential is less exact: 3e-5 of a value, which a dozen layers and
  // guidance of 7.5 widen.
  pixelTolerance: 3,
});

await describeTasks("onnxruntime-web on WebGPU", {
  runtime: createWebRuntime("webgpu"),
  read,
  pixelTolerance: 3,
  // A software GPU needs seconds a drawing.
  every: 10,
});
