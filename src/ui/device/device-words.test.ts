import { expect, test } from "vitest";
import type { DeviceProfile } from "../../contracts/device.ts";
import { deviceReport, deviceRows } from "./device-words.ts";

/** A machine whose only GPU is one that its processor plays. */
const PROFILE: DeviceProfile = {
  browser: "Chrome",
  mobile: false,
  secureContext: true,
  isolated: true,
  sharesMemory: true,
  jspi: true,
  cores: 2,
  memoryBytes: null,
  storage: null,
  adapter: {
    name: "google swiftshader",
    software: true,
    features: [],
    limits: {
      maxBufferSize: 1,
      maxStorageBufferBindingSize: 1,
      maxComputeInvocationsPerWorkgroup: 1,
      maxComputeWorkgroupStorageSize: 1,
    },
  },
  backends: [
    { provider: "wasm", available: true, fp16: false, threads: 2, software: false, reason: "WASM." },
    {
      provider: "webgpu",
      available: false,
      fp16: false,
      threads: 1,
      software: true,
      reason: "google swiftshader is a software adapter: WASM is faster.",
    },
  ],
  benchmark: { processor: 1_000, gpu: null },
};

test("why a GPU does not draw is told in Chinese on a Chinese page, and in English in a report", () => {
  const told = deviceRows(PROFILE, "zh").map(([, value]) => value);
  expect(told.filter((value) => value.includes("swiftshader"))).toEqual([
    "WASM，2 个线程。 不可用：google swiftshader 是软件适配器，WASM 更快。",
    "google swiftshader",
  ]);
  expect(deviceReport(PROFILE)).toContain("Not: google swiftshader is a software adapter: WASM is faster.");
});

test("a browser that lacks what WASM needs says so, whatever plays its GPU", () => {
  const reason = "This browser's WebAssembly has no SIMD.";
  const backends = PROFILE.backends.map((one) =>
    one.provider === "wasm" ? { ...one, available: false, software: true, reason } : one,
  );
  expect(deviceReport({ ...PROFILE, backends })).toContain(`Draws with: Not: ${reason}`);
});
