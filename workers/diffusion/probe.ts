import {
  ADAPTER_FEATURES,
  ADAPTER_LIMITS,
  type AdapterLimit,
  type AdapterReport,
  type DeviceProfile,
  type KnownBenchmark,
} from "../../src/contracts/device.ts";
import type { BackendLack, BackendReport } from "../../src/contracts/diffusion-worker.ts";
import type { DeviceMemory } from "../../src/models/memory-plan.ts";
import { measureGpu, measureProcessor } from "./benchmark.ts";
import { sharesMemory, threadCount } from "./thread-count.ts";

/**
 * What this device is; half a second, most of it the benchmark.
 * @param known a benchmark that need not be made again, where it was this device that was measured
 */
export async function probeDevice(known?: KnownBenchmark): Promise<Readonly<DeviceProfile>> {
  const { adapter, lacks } = await findAdapter();
  const report = adapter === null ? null : reportAdapter(adapter);
  const webgpu = report === null ? noWebGpu(lacks) : webGpuOn(report);
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

async function findAdapter(): Promise<{ adapter: GPUAdapter | null; lacks: BackendLack }> {
  if (!("gpu" in navigator)) {
    return { adapter: null, lacks: globalThis.isSecureContext ? "webgpu" : "secure-page" };
  }
  try {
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
    return { adapter, lacks: "adapter" };
  } catch {
    return { adapter: null, lacks: "adapter" };
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

function noWebGpu(lacks: BackendLack): BackendReport {
  return { provider: "webgpu", available: false, software: false, fp16: false, threads: 1, lacks };
}

function webGpuOn({ software, features }: AdapterReport): BackendReport {
  return {
    provider: "webgpu",
    available: !software,
    software,
    fp16: features.includes("shader-f16"),
    threads: 1,
    lacks: software ? "hardware" : null,
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
  const simd = hasSimd();
  return {
    provider: "wasm",
    available: simd,
    software: true,
    fp16: false,
    threads: simd ? threadCount() : 0,
    lacks: simd ? null : "simd",
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
