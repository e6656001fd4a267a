import type { BackendReport } from "../../src/contracts/diffusion-worker.ts";
import { threadCount } from "./thread-count.ts";

/** Which backends this browser has, best first. Asks for an adapter, never for a device: that is cheap. */
export async function probeBackends(): Promise<BackendReport[]> {
  const reports = [await probeWebGpu(), probeWasm()];
  return reports.sort((a, b) => Number(b.available) - Number(a.available));
}

async function probeWebGpu(): Promise<BackendReport> {
  const none = { provider: "webgpu", available: false, software: false, fp16: false, threads: 1 } as const;
  if (!("gpu" in navigator)) {
    const reason = globalThis.isSecureContext
      ? "This browser has no WebGPU."
      : "WebGPU needs a secure page: open it over https or on localhost.";
    return { ...none, reason };
  }
  let adapter: GPUAdapter | null;
  try {
    adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  } catch (thrown) {
    return { ...none, reason: `WebGPU gives no adapter: ${String(thrown)}` };
  }
  if (adapter === null) return { ...none, reason: "WebGPU is there, but gives no adapter." };

  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const name =
    [vendor, architecture, description].filter((part) => part !== "").join(" ") || "unnamed adapter";
  const software = isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(name);
  return {
    provider: "webgpu",
    available: !software,
    software,
    fp16: adapter.features.has("shader-f16"),
    threads: 1,
    reason: software ? `${name} is a software adapter: WASM is faster.` : `WebGPU on ${name}.`,
  };
}

function probeWasm(): BackendReport {
  const threads = threadCount();
  const simd = hasSimd();
  let reason = `WASM with ${threads} threads.`;
  if (!simd) reason = "This browser's WebAssembly has no SIMD, which the runtime needs.";
  else if (threads === 1)
    reason = "WASM with one thread: the page is not cross-origin isolated, or there is one core.";
  return {
    provider: "wasm",
    available: simd,
    software: true,
    fp16: false,
    threads: simd ? threads : 0,
    reason,
  };
}

/** The smallest module with a SIMD instruction: (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt). */
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98,
  11,
]);

function hasSimd(): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(SIMD_MODULE);
}
