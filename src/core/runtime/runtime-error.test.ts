import { expect, it } from "vitest";
import { runtimeError } from "./runtime-error.ts";

/** As onnxruntime-web 1.30.0 says it in Chromium after `Browser.crashGpuProcess`. */
const GPU_PROCESS_ENDED =
  "failed to call OrtRun(). ERROR_CODE: 1, ERROR_MESSAGE: Non-zero status code returned while running Transpose node. " +
  "Name:'Transpose_53' Status Message: onnxruntime/core/providers/webgpu/buffer_manager.cc:562 WGPUBuffer " +
  "onnxruntime::webgpu::BufferManager::Create(size_t, wgpu::BufferUsage, bool, bool) const [ONNXRuntimeError] : 1 : " +
  "FAIL : Failed to create a WebGPU compute pipeline: A valid external Instance reference no longer exists.";

it.each([
  [GPU_PROCESS_ENDED, "device_lost", "A valid external Instance reference no longer exists."],
  ["mapAsync: Device is lost", "device_lost", "The graphics device was lost at a run of the model: mapAsync"],
  [
    "Can't create a session. ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc",
    "out_of_memory",
    ": std::bad_alloc",
  ],
  ["ERROR_MESSAGE: Invalid rank for input: x", "internal", "of the model: Invalid rank for input: x"],
])("%s", (words, code, said) => {
  const error = runtimeError(new Error(words), "internal", "a run of the model");
  expect(error).toMatchObject({ code, message: expect.stringContaining(said) as unknown });
  expect(error.message).not.toMatch(/ERROR_CODE|\.cc:/);
  expect((error.cause as Error).message).toBe(words);
});
