import type * as OrtModule from "onnxruntime-web";
import { EaselError } from "../../src/contracts/errors.ts";
import { CHANNELS_FIRST, needsChannelsFirst } from "../../src/core/runtime/channels-first.ts";
import type {
  InferenceRuntime,
  InferenceSession,
  ModelData,
} from "../../src/core/runtime/inference-runtime.ts";
import { adaptSession } from "../../src/core/runtime/onnx-session.ts";
import { runtimeError } from "../../src/core/runtime/runtime-error.ts";
import { HeldStreams } from "./held-streams.ts";
import { nextTask } from "./next-task.ts";
import { chooseBuild, RUNTIME_FILES } from "./runtime-files.ts";
import type { RuntimeBuild } from "./runtime-files.ts";
import { threadCount } from "./thread-count.ts";

export type WebProvider = "webgpu" | "wasm";

type Ort = Pick<typeof OrtModule, "InferenceSession" | "Tensor" | "env">;

/**
 * The core's runtime on onnxruntime-web, in a worker. The runtime's code is fetched with the first session.
 * @param threads of the processor, where it draws
 */
export function createWebRuntime(
  provider: WebProvider,
  build: RuntimeBuild = chooseBuild(provider),
  threads = threadCount(),
): InferenceRuntime {
  let loading: Promise<Ort> | undefined;
  return {
    provider,
    ...(STREAMS_BLOBS.has(build) ? { takes: "blobs" as const } : {}),
    async createSession(graph, externalData = []) {
      loading ??= loadOrt(build, threads);
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
      const streams = new HeldStreams();
      const options: OrtModule.InferenceSession.SessionOptions = {
        executionProviders: [provider],
        externalData: externalData.map(({ path, data }) => ({ path, data: asWeights(data, streams) })),
        logSeverityLevel: 3,
      };
      if (!(graph instanceof Uint8Array)) throw new Error("A browser's runtime takes a graph's bytes.");
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
      } finally {
        streams.release();
      }
    },
  };
}

const STREAMS_BLOBS: ReadonlySet<RuntimeBuild> = new Set(["jspi"]);

function asWeights(data: ModelData, streams: HeldStreams): Uint8Array | Blob {
  if (data instanceof Uint8Array) return data;
  if (data instanceof Blob) return streams.hold(data);
  throw new Error("A browser's runtime takes weights as bytes or as a Blob, not by their path.");
}

const ENTRIES: Readonly<Record<RuntimeBuild, () => Promise<Ort>>> = {
  jspi: () => import("onnxruntime-web/jspi"),
  asyncify: () => import("onnxruntime-web/webgpu"),
  plain: () => import("onnxruntime-web/wasm"),
};

async function loadOrt(build: RuntimeBuild, threads: number): Promise<Ort> {
  const ort = await ENTRIES[build]();
  ort.env.wasm.wasmPaths = RUNTIME_FILES[build];
  ort.env.wasm.numThreads = threads;
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
