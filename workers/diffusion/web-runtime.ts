import type * as OrtModule from "onnxruntime-web";
import { EaselError } from "../../src/contracts/errors.ts";
import { CHANNELS_FIRST, needsChannelsFirst } from "../../src/core/runtime/channels-first.ts";
import type { InferenceRuntime, InferenceSession } from "../../src/core/runtime/inference-runtime.ts";
import { adaptSession, runtimeError } from "../../src/core/runtime/onnx-session.ts";
import { nextTask } from "./next-task.ts";
import { RUNTIME_FILES } from "./runtime-files.ts";
import { threadCount } from "./thread-count.ts";

export type WebProvider = "webgpu" | "wasm";

type Ort = Pick<typeof OrtModule, "InferenceSession" | "Tensor" | "env">;

/** The core's runtime on onnxruntime-web, in a worker. The runtime's code is fetched with the first session. */
export function createWebRuntime(provider: WebProvider): InferenceRuntime {
  let loading: Promise<Ort> | undefined;
  return {
    provider,
    async createSession(graph, externalData = []) {
      loading ??= loadOrt(provider);
      let ort: Ort;
      try {
        ort = await loading;
      } catch (cause) {
        loading = undefined;
        throw new EaselError(
          "no_backend",
          `The runtime for ${provider} could not be loaded: ${String(cause)}`,
          {
            hint: "Reload the page; offline drawing needs one visit with a connection.",
            cause,
          },
        );
      }
      const options: OrtModule.InferenceSession.SessionOptions = {
        executionProviders: [provider],
        externalData: externalData.map(({ path, data }) => ({ path, data })),
        logSeverityLevel: 3,
      };
      if (typeof graph === "string")
        throw new Error("A browser's runtime takes a graph's bytes, not a path.");
      try {
        let session = await ort.InferenceSession.create(graph, options);
        if (provider === "webgpu" && needsChannelsFirst(session)) {
          await session.release();
          session = await ort.InferenceSession.create(graph, {
            ...options,
            executionProviders: [CHANNELS_FIRST],
          });
        }
        return yielding(
          adaptSession(
            session,
            (tensor) => new ort.Tensor(tensor.type, tensor.data, tensor.dims),
            (thrown) => runtimeError(thrown, "internal", "a run of the model"),
          ),
        );
      } catch (thrown) {
        throw runtimeError(thrown, "model_corrupt", "loading the model");
      }
    },
  };
}

async function loadOrt(provider: WebProvider): Promise<Ort> {
  const ort =
    provider === "webgpu" ? await import("onnxruntime-web/webgpu") : await import("onnxruntime-web/wasm");
  ort.env.wasm.wasmPaths = RUNTIME_FILES[provider];
  ort.env.wasm.numThreads = threadCount();
  return ort;
}

/** A run on WASM ends without a turn of the event loop: without this pause no `cancel` would come through. */
function yielding(session: InferenceSession): InferenceSession {
  return {
    ...session,
    async run(feeds) {
      await nextTask();
      return session.run(feeds);
    },
  };
}
