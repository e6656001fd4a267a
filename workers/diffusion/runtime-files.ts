import asyncifyModule from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url";
import asyncifyWasm from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import jspiModule from "onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url";
import jspiWasm from "onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url";
import plainModule from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import plainWasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";

/**
 * onnxruntime-web's builds. `jspi` suspends by the browser's own means: it alone streams weights from Blobs, and has
 * WebGPU and the processor in 17 MB. `asyncify` (27 MB) is for WebGPU where the browser lacks that; `plain` (14 MB) for
 * the processor there, since asyncify slows every function that it may have to suspend.
 */
export type RuntimeBuild = "jspi" | "asyncify" | "plain";

/** The build for this browser. workers/service keeps the same ones for drawing without a network. */
export function chooseBuild(provider: "webgpu" | "wasm"): RuntimeBuild {
  if ("Suspending" in WebAssembly) return "jspi";
  return provider === "webgpu" ? "asyncify" : "plain";
}

/**
 * The runtime's files, served by ourselves under names that hold their hash. Given both addresses, onnxruntime-web
 * starts its threads from the module's own same-origin address: no blob: worker, no eval, so that the page's
 * `script-src 'self' 'wasm-unsafe-eval'` holds.
 */
export const RUNTIME_FILES: Readonly<Record<RuntimeBuild, { mjs: string; wasm: string }>> = {
  jspi: { mjs: absolute(jspiModule), wasm: absolute(jspiWasm) },
  asyncify: { mjs: absolute(asyncifyModule), wasm: absolute(asyncifyWasm) },
  plain: { mjs: absolute(plainModule), wasm: absolute(plainWasm) },
};

function absolute(url: string): string {
  return new URL(url, self.location.href).href;
}
