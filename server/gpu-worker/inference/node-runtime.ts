import * as ort from "onnxruntime-node";
import { CHANNELS_FIRST, needsChannelsFirst } from "../../../src/core/runtime/channels-first.ts";
import type { InferenceRuntime, ModelData } from "../../../src/core/runtime/inference-runtime.ts";
import { adaptSession } from "../../../src/core/runtime/onnx-session.ts";
import { runtimeError } from "../../../src/core/runtime/runtime-error.ts";
import { physicalCores } from "./physical-cores.ts";

export type NodeProvider = "cpu" | "cuda" | "webgpu";

/**
 * The core's runtime on onnxruntime-node. Its run blocks the thread: use it in a process that may be killed.
 *
 * @param threads of a session's own
 */
export function createNodeRuntime(provider: NodeProvider, threads = physicalCores()): InferenceRuntime {
  return {
    provider,
    takes: "paths",
    async createSession(graph, externalData = []) {
      try {
        const options: ort.InferenceSession.SessionOptions = {
          // Told how many, the runtime leaves its threads unpinned. By itself it pins each to a core, where it waits for
          // whatever else runs there while the other core has time.
          intraOpNumThreads: threads,
          executionProviders: provider === "cpu" ? ["cpu"] : [provider, "cpu"],
          // A pattern would reserve every activation's memory a second time from the second run on.
          enableMemPattern: false,
          logSeverityLevel: 3,
        };
        const bytes = externalData.flatMap(({ path, data }) =>
          data instanceof Uint8Array ? [{ path, data }] : [],
        );
        // Weights in files are found by the runtime itself, beside the graph's file.
        if (bytes.length > 0) options.externalData = bytes;
        const create = (options: ort.InferenceSession.SessionOptions): Promise<ort.InferenceSession> =>
          typeof graph === "string"
            ? ort.InferenceSession.create(graph, options)
            : ort.InferenceSession.create(bytesOf(graph), options);
        let session = await create(options);
        if (provider === "webgpu" && needsChannelsFirst(session)) {
          await session.release();
          session = await create({ ...options, executionProviders: [CHANNELS_FIRST, "cpu"] });
        }
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

function bytesOf(graph: Exclude<ModelData, string>): Uint8Array {
  if (graph instanceof Uint8Array) return graph;
  throw new Error("This runtime takes a graph's bytes or its path, not a Blob.");
}
