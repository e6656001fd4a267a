import type { DeviceProfile } from "../../contracts/device.ts";
import type { BackendReport } from "../../contracts/diffusion-worker.ts";

/**
 * Devices as the probe sees them. `swiftshader` is a recording (Debian's Chromium on two cores); the others are written
 * after what such browsers and adapters report, since none was at hand.
 */
const GIB = 2 ** 30;

function backends(fp16: boolean | null, threads: number, software = false): BackendReport[] {
  const available = fp16 !== null && !software;
  return [
    {
      provider: "webgpu",
      available,
      software,
      fp16: fp16 ?? false,
      threads: 1,
      lacks: available ? null : software ? "hardware" : "webgpu",
    },
    {
      provider: "wasm",
      available: true,
      software: true,
      fp16: false,
      threads,
      lacks: null,
    },
  ];
}

function limits(binding: number, buffer = binding) {
  return {
    maxBufferSize: buffer,
    maxStorageBufferBindingSize: binding,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupStorageSize: 16_384,
  };
}

const desk: DeviceProfile = {
  browser: "Chrome 150 on Windows",
  mobile: false,
  secureContext: true,
  isolated: true,
  sharesMemory: true,
  jspi: true,
  cores: 16,
  memoryBytes: 8 * GIB,
  storage: { quotaBytes: 300e9, usageBytes: 1e9, persisted: true },
  adapter: {
    name: "nvidia ampere",
    software: false,
    features: ["shader-f16", "subgroups", "timestamp-query"],
    limits: limits(2 * GIB, 2 * GIB),
  },
  backends: backends(true, 4),
  benchmark: { processor: 3_000, gpu: 2_000_000 },
};

export const DEVICES = Object.freeze({
  desk,
  integrated: {
    ...desk,
    browser: "Chrome 150 on Windows, integrated graphics",
    cores: 8,
    adapter: { ...desk.adapter!, name: "intel gen-12lp" },
    benchmark: { processor: 2_500, gpu: 150_000 },
  },
  phone: {
    ...desk,
    browser: "Chrome 150 on Android",
    mobile: true,
    cores: 8,
    memoryBytes: 8 * GIB,
    storage: { quotaBytes: 60e9, usageBytes: 1e9, persisted: false },
    adapter: {
      name: "qualcomm adreno-7xx",
      software: false,
      features: ["shader-f16"],
      limits: limits(256e6, GIB),
    },
    benchmark: { processor: 1_200, gpu: 90_000 },
  },
  iphone: {
    ...desk,
    browser: "Safari 26 on iPhone",
    mobile: true,
    jspi: false,
    cores: 4,
    memoryBytes: null,
    adapter: { name: "apple", software: false, features: ["shader-f16"], limits: limits(GIB) },
    benchmark: { processor: 2_500, gpu: 300_000 },
  },
  safari: {
    ...desk,
    browser: "Safari 26 on macOS",
    jspi: false,
    memoryBytes: null,
    adapter: { name: "apple metal-3", software: false, features: ["shader-f16"], limits: limits(4 * GIB) },
    benchmark: { processor: 3_500, gpu: 800_000 },
  },
  firefox: {
    ...desk,
    browser: "Firefox 145 on Windows",
    jspi: false,
    memoryBytes: null,
    adapter: { name: "unnamed adapter", software: false, features: [], limits: limits(GIB) },
    backends: backends(false, 4),
  },
  noFp16: {
    ...desk,
    browser: "Chrome 150 on Linux, an old card",
    adapter: { name: "nvidia maxwell", software: false, features: [], limits: limits(2 * GIB) },
    backends: backends(false, 4),
    benchmark: { processor: 1_500, gpu: 400_000 },
  },
  noWebGpu: {
    ...desk,
    browser: "Firefox 140 on Linux",
    memoryBytes: null,
    adapter: null,
    backends: backends(null, 4),
    benchmark: { processor: 2_500, gpu: null },
  },
  swiftshader: {
    ...desk,
    browser: "Chromium on Linux, no GPU",
    cores: 2,
    adapter: {
      name: "google swiftshader",
      software: true,
      features: ["subgroups", "timestamp-query"],
      limits: limits(GIB),
    },
    backends: backends(false, 2, true),
    benchmark: { processor: 1_716, gpu: null },
  },
  insecure: { ...desk, secureContext: false, storage: null, adapter: null, backends: [] },
  fullDisk: { ...desk, storage: { quotaBytes: 1.5e9, usageBytes: 1e9, persisted: true } },
} satisfies Record<string, DeviceProfile>);
