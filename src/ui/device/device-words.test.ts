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
    { provider: "wasm", available: true, fp16: false, threads: 2, software: false, lacks: null },
    {
      provider: "webgpu",
      available: false,
      fp16: false,
      threads: 1,
      software: true,
      lacks: "hardware",
    },
  ],
  benchmark: { processor: 1_000, gpu: null },
};

test("why a GPU does not draw is told in Chinese on a Chinese page, and in English in a report", () => {
  const [, drawsWith] = deviceRows(PROFILE, "zh");
  expect(drawsWith?.[1]).toBe("WASM，2 个线程。 不可用：这里的 GPU 由处理器模拟，WASM 更快。");
  expect(deviceReport(PROFILE)).toContain("Not: The processor plays the GPU here: WASM is faster.");
});

test.each([
  ["secure-page", "WebGPU needs a secure page: open it over https or on localhost."],
  ["webgpu", "This browser has no WebGPU."],
  ["adapter", "WebGPU is there, but gives no adapter."],
  ["simd", "This browser's WebAssembly has no SIMD, which the runtime needs."],
] as const)("what is missing is named: %s", (lacks, sentence) => {
  const backends = PROFILE.backends.map((one) => ({ ...one, available: false, lacks }));
  expect(deviceReport({ ...PROFILE, backends })).toContain(`Draws with: Not: ${sentence}`);
});
