import { inject } from "vitest";
import { describeRuntime } from "../../src/core/runtime/conformance.ts";
import { describeTasks } from "../../src/core/tasks/conformance.ts";
import { createWebRuntime } from "./web-runtime.ts";

const read = async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
  const response = await fetch(`/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

// As on the CPU: other kernels round a value on the edge of two integers the other way, and torch adds in another order.
const CPU_TOLERANCE = 1;
// A GPU's sums run in another order and its exponential is less exact: 3e-5 of a value, which a dozen layers and
// guidance of 7.5 widen.
const GPU_TOLERANCE = 3;

const plain = { runtime: createWebRuntime("wasm", "plain"), read, pixelTolerance: CPU_TOLERANCE };
describeRuntime("onnxruntime-web on WASM", plain);
await describeTasks("onnxruntime-web on WASM", { ...plain, every: 2 });

const asyncify = { runtime: createWebRuntime("webgpu", "asyncify"), read, pixelTolerance: GPU_TOLERANCE };
// A software GPU needs ten seconds a drawing, and as many before the first one, for each build anew: with one task below, and
// the suite in the build that Chromium uses, the rest of this one waits for the full counts.
if (inject("soak")) describeRuntime("onnxruntime-web on WebGPU", asyncify);
await describeTasks("onnxruntime-web on WebGPU", { ...asyncify, every: inject("soak") ? 10 : 100 });

const jspi = { runtime: createWebRuntime("wasm", "jspi"), read, pixelTolerance: CPU_TOLERANCE };
describeRuntime("onnxruntime-web's JSPI build on WASM", jspi);
await describeTasks("onnxruntime-web's JSPI build on WASM", { ...jspi, every: 5 });

const jspiGpu = { runtime: createWebRuntime("webgpu", "jspi"), read, pixelTolerance: GPU_TOLERANCE };
describeRuntime("onnxruntime-web's JSPI build on WebGPU", { ...jspiGpu, few: !inject("soak") });
