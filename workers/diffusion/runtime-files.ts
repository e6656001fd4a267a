import asyncifyModule from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url";
import asyncifyWasm from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import plainModule from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import plainWasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";

/**
 * The runtime's files, served by ourselves under names that hold their hash. Given both addresses, onnxruntime-web
 * starts its threads from the module's own same-origin address: no blob: worker, no eval, so that the page's
 * `script-src 'self' 'wasm-unsafe-eval'` holds.
 *
 * Two builds: WebGPU needs the asyncify one (27 MB); a device without it gets the plain one, half as large and
 * quicker on the CPU, since asyncify slows every function it may have to suspend.
 */
export const RUNTIME_FILES = {
  webgpu: { mjs: absolute(asyncifyModule), wasm: absolute(asyncifyWasm) },
  wasm: { mjs: absolute(plainModule), wasm: absolute(plainWasm) },
} as const;

function absolute(url: string): string {
  return new URL(url, self.location.href).href;
}
