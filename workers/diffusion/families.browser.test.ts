import { describeFamilies } from "../../src/core/families/conformance.ts";
import { createWebRuntime } from "./web-runtime.ts";

const read = async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
  const response = await fetch(`/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

await describeFamilies("onnxruntime-web on WASM", {
  runtime: createWebRuntime("wasm"),
  read,
  fewestSteps: true,
  // As on the CPU: torch adds in another order, which guidance and the steps widen.
  tolerance: { latent: 2e-4, pixel: 1 },
});

await describeFamilies("onnxruntime-web on WebGPU", {
  runtime: createWebRuntime("webgpu"),
  read,
  // A family each. The layouts in half precision need a GPU with shader-f16, which the tests' adapter (SwiftShader) does
  // not have; and it is some forty times slower than WASM, which draws them all.
  layouts: ["aislamov-lcm", "segmind-vega"],
  fewestSteps: true,
  // A GPU's sums run in another order and its exponential is less exact: 3e-5 of a value, which steps and guidance widen.
  tolerance: { latent: 5e-3, pixel: 3 },
});
