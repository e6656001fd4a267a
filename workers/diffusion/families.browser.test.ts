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
