import { describeSeeing } from "../../src/seeing/conformance.ts";
import { describeEyes } from "../../src/seeing/eyes/conformance.ts";
import { createWebRuntime } from "../diffusion/web-runtime.ts";

const read = async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
  const response = await fetch(`/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

const wasm = { runtime: createWebRuntime("wasm"), read, tolerance: 1e-4 };
await describeSeeing("onnxruntime-web on WASM", wasm);
await describeEyes("onnxruntime-web on WASM", wasm);
