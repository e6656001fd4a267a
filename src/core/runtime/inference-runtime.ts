import type { Provider } from "../../contracts/progress.ts";
import type { ElementType, Tensor } from "../tensor/tensor.ts";

/** What a session says of one of its inputs or outputs. A dimension that is not fixed has its name instead. */
export interface TensorInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
}

/** A loaded ONNX graph. */
export interface InferenceSession {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /**
   * Runs the graph once. The outputs are owned by the caller; the feeds may be reused after it.
   * @throws EaselError `out_of_memory`, `device_lost`, or `internal` with the runtime's own words.
   */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  /** Gives its memory back; the session can't be used afterwards. */
  release(): Promise<void>;
}

/** A file that can be read in parts: a browser's Blob, of which the core knows no more than this. */
export interface StoredBlob {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A graph or its weights: the bytes, the path of a file that the runtime reads itself, or a Blob that it streams. */
export type ModelData = Uint8Array<ArrayBuffer> | string | StoredBlob;

/** Weights that a graph keeps beside it, by the name that the graph knows them by. */
export interface ExternalData {
  readonly path: string;
  readonly data: ModelData;
}

/**
 * The one thing that differs between a browser and a server: who computes a graph. Implemented in
 * workers/diffusion (onnxruntime-web) and server/gpu-worker/inference (onnxruntime-node);
 * src/core/runtime/conformance.ts says what every implementation must do.
 */
export interface InferenceRuntime {
  readonly provider: Provider;
  /**
   * What `createSession` takes instead of bytes, so that large weights need not pass through memory: `paths` of graphs
   * and weights, or `blobs` of the weights beside a graph.
   */
  readonly takes?: "paths" | "blobs";
  /** @throws EaselError `model_corrupt` where the bytes are no model, `out_of_memory`, `device_lost`, `no_backend`. */
  createSession(graph: ModelData, externalData?: readonly ExternalData[]): Promise<InferenceSession>;
}
