import * as ort from "onnxruntime-node";
import type { InferenceRuntime } from "../../../src/core/runtime/inference-runtime.ts";
import { adaptSession, runtimeError } from "../../../src/core/runtime/onnx-session.ts";

export type NodeProvider = "cpu" | "cuda" | "webgpu";

/** The core's runtime on onnxruntime-node. Its run blocks the thread: use it in a process that may be killed. */
export function createNodeRuntime(provider: NodeProvider): InferenceRuntime {
  return {
    provider,
    async createSession(graph, externalData = []) {
      try {
        const session = await ort.InferenceSession.create(graph, {
          executionProviders: provider === "cpu" ? ["cpu"] : [provider, "cpu"],
          externalData: externalData.map(({ path, data }) => ({ path, data })),
          logSeverityLevel: 3,
        });
        return adaptSession(
          session,
          (tensor) => new ort.Tensor(tensor.type, tensor.data, tensor.dims),
          (thrown) => runtimeError(thrown, "internal", "a run of the model"),
        );
      } catch (thrown) {
        throw runtimeError(thrown, "model_corrupt", "loading the model");
      }
    },
  };
}
