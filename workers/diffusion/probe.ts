import {
  ADAPTER_FEATURES,
  ADAPTER_LIMITS,
  type AdapterLimit,
  type AdapterReport,
  type DeviceProfile,
  type KnownBenchmark,
} from "../../src/contracts/device.ts";
import type { BackendReport } from "../../src/contracts/diffusion-worker.ts";
import type { DeviceMemory } from "../../src/models/memory-plan.ts";
import { measureGpu, measureProcessor } from "./benchmark.ts";
import { sharesMemory, threadCount } from "./thread-count.ts";

/**
 * What this device is; half a second, most of it the benchmark.
 * @param known a benchmark that need not be made again, where it was this device that was measured
 */
export async function probeDevice(known?: KnownBenchmark): Promise<Readonly<DeviceProfile>> {
  const { adapter, refusal } = await findAdapter();
  const report = adapter === null ? null : reportAdapter(adapter);
  const webgpu = report === null ? noWebGpu(refusal) : webGpuOn(report);
  const backends = [webgpu, probeWasm()].sort((a, b) => Number(b.available) - Number(a.available));
  const device = { browser: navigator.userAgent, cores: navigator.hardwareConcurrency, adapter: report };
  const measure = async () => ({
    gpu: adapter !== null && webgpu.available ? await measureGpu(adapter) : null,
    processor: measureProcessor(),
  });
  return Object.freeze({
    ...device,
    secureContext: globalThis.isSecureContext,
    isolated: globalThis.crossOriginIsolated,
    sharesMemory: sharesMemory(),
    jspi: "Suspending" in WebAssembly,
    ...lookAtMemory(),
    storage: await lookAtStorage(),
    backends,
    benchmark: known !== undefined && isMeasured(known, device) ? known.benchmark : await measure(),
  });
}

function isMeasured(
  known: KnownBenchmark,
  { browser, cores, adapter }: Pick<DeviceProfile, "browser" | "cores" | "adapter">,
): boolean {
  return known.browser === browser && known.cores === cores && known.adapter === (adapter?.name ?? null);
}

async function findAdapter(): Promise<{ adapter: GPUAdapter | null; refusal: string }> {
  if (!("gpu" in navigator)) {
    const refusal = globalThis.isSecureContext
      ? "This browser has no WebGPU."
      : "WebGPU needs a secure page: open it over https or on localhost.";
    return { adapter: null, refusal };
  }
  try {
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
    return { adapter, refusal: "WebGPU is there, but gives no adapter." };
  } catch (thrown) {
    return { adapter: null, refusal: `WebGPU gives no adapter: ${String(thrown)}` };
  }
}

function reportAdapter(adapter: GPUAdapter): AdapterReport {
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const name =
    [vendor, architecture, description].filter((part) => part !== "").join(" ") || "unnamed adapter";
  const limits = ADAPTER_LIMITS.map((limit): [AdapterLimit, number] => [limit, adapter.limits[limit]]);
  return {
    name,
    software: isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(name),
    features: ADAPTER_FEATURES.filter((feature) => adapter.features.has(feature)),
    limits: Object.fromEntries(limits) as Record<AdapterLimit, number>,
  };
}

function noWebGpu(reason: string): BackendReport {
  return { provider: "webgpu", available: false, software: false, fp16: false, threads: 1, reason };
}

function webGpuOn({ name, software, features }: AdapterReport): BackendReport {
  return {
    provider: "webgpu",
    available: !software,
    software,
    fp16: features.includes("shader-f16"),
    threads: 1,
    reason: software ? `${name} is a software adapter: WASM is faster.` : `WebGPU on ${name}.`,
  };
}

/** The memory in gibibytes is rounded and capped by Chromium, and not told by others. */
export function lookAtMemory(): DeviceMemory {
  const told: unknown = Reflect.get(navigator, "deviceMemory");
  return {
    memoryBytes: typeof told === "number" ? told * 2 ** 30 : null,
    mobile: /Mobi|Android|iPhone|iPad/.test(navigator.userAgent),
  };
}

async function lookAtStorage(): Promise<DeviceProfile["storage"]> {
  try {
    await navigator.storage.getDirectory();
    const { quota, usage } = await navigator.storage.estimate();
    return { quotaBytes: quota ?? 0, usageBytes: usage ?? 0, persisted: await navigator.storage.persisted() };
  } catch {
    return null;
  }
}

function probeWasm(): BackendReport {
  const threads = threadCount();
  const simd = hasSimd();
  let reason = `WASM with ${threads} threads.`;
  if (!simd) reason = "This browser's WebAssembly has no SIMD, which the runtime needs.";
  else if (threads === 1)
    reason = "WASM with one thread: there is one core, or no memory is shared with another.";
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
