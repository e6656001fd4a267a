import type { BackendReport } from "./diffusion-worker.ts";

/** The limits of a GPU adapter that decide whether a model's tensors fit. */
export const ADAPTER_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupStorageSize",
] as const;
export type AdapterLimit = (typeof ADAPTER_LIMITS)[number];

/** The features of an adapter that the runtime makes use of. */
export const ADAPTER_FEATURES = ["shader-f16", "subgroups", "timestamp-query"] as const;
export type AdapterFeature = (typeof ADAPTER_FEATURES)[number];

export interface AdapterReport {
  name: string;
  /** A processor that plays a GPU. */
  software: boolean;
  features: readonly AdapterFeature[];
  limits: Readonly<Record<AdapterLimit, number>>;
}

/** What a device is, found out once by workers/diffusion: the one table behind every choice and verdict. */
export interface DeviceProfile {
  browser: string;
  mobile: boolean;
  secureContext: boolean;
  /** Cross-origin isolated: without it no threads. */
  isolated: boolean;
  /** Threads can share memory, which WebAssembly's need. */
  sharesMemory: boolean;
  /** JavaScript promise integration: weights stream into the runtime. */
  jspi: boolean;
  cores: number | null;
  /** As the browser tells, rounded and capped by it; null where it does not tell. */
  memoryBytes: number | null;
  /** null: there is no private file system here. */
  storage: { quotaBytes: number; usageBytes: number; persisted: boolean } | null;
  adapter: AdapterReport | null;
  /** The ways to run a model here, best first. */
  backends: readonly BackendReport[];
  benchmark: {
    /** Of one thread of plain JavaScript; a million multiply-adds a second. */
    processor: number;
    /** Of a matrix product in WGSL, in 32-bit floats; null: no hardware adapter. */
    gpu: number | null;
  };
}

/** A benchmark, and what was measured by it. */
export interface KnownBenchmark extends Pick<DeviceProfile, "browser" | "cores" | "benchmark"> {
  /** The adapter's name; null: none. */
  adapter: string | null;
}
