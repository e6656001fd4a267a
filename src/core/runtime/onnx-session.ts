import { EaselError } from "../../contracts/errors.ts";
import type { ElementType, Tensor } from "../tensor/tensor.ts";
import type { InferenceSession, TensorInfo } from "./inference-runtime.ts";

/**
 * What onnxruntime-node and onnxruntime-web have in common (onnxruntime-common's InferenceSession), in the few words
 * that are needed: this file imports neither, so that the core stays free of them.
 */
export interface OnnxTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}
export interface OnnxSession<NativeTensor extends OnnxTensor> {
  readonly inputMetadata: readonly OnnxValueMetadata[];
  readonly outputMetadata: readonly OnnxValueMetadata[];
  run(feeds: Record<string, NativeTensor>): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}
type OnnxValueMetadata =
  | { readonly name: string; readonly isTensor: false }
  | {
      readonly name: string;
      readonly isTensor: true;
      readonly type: string;
      readonly shape: readonly (number | string)[];
    };

/**
 * An onnxruntime session as the core's.
 * @param makeTensor the package's own Tensor constructor
 * @param mapError what a failure of the runtime means, see runtimeError
 */
export function adaptSession<NativeTensor extends OnnxTensor>(
  session: OnnxSession<NativeTensor>,
  makeTensor: (tensor: Tensor) => NativeTensor,
  mapError: (thrown: unknown) => EaselError,
): InferenceSession {
  // A tensor that is fed again, such as a prompt's, is made known to the runtime once.
  const natives = new WeakMap<Tensor, NativeTensor>();
  const nativeOf = (tensor: Tensor): NativeTensor => {
    const native = natives.get(tensor) ?? makeTensor(tensor);
    natives.set(tensor, native);
    return native;
  };
  return {
    inputs: session.inputMetadata.map(tensorInfo),
    outputs: session.outputMetadata.map(tensorInfo),
    async run(feeds) {
      const native: Record<string, NativeTensor> = {};
      for (const name in feeds) native[name] = nativeOf(feeds[name]!);
      let outputs: Record<string, OnnxTensor>;
      try {
        outputs = await session.run(native);
      } catch (thrown) {
        throw mapError(thrown);
      }
      return Object.fromEntries(
        Object.entries(outputs).map(([name, tensor]) => [name, fromNative(name, tensor)]),
      );
    },
    release: () => session.release(),
  };
}

function tensorInfo(metadata: OnnxValueMetadata): TensorInfo {
  if (!metadata.isTensor) throw unknownType(metadata.name, "no tensor");
  return { name: metadata.name, type: elementType(metadata.name, metadata.type), dims: metadata.shape };
}

function elementType(name: string, type: string): ElementType {
  if (type === "float32" || type === "float16" || type === "int32" || type === "int64") return type;
  throw unknownType(name, type);
}

function unknownType(name: string, type: string): EaselError {
  return new EaselError(
    "model_corrupt",
    `The graph's ${name} is ${type}; float32, float16, int32 or int64 is expected.`,
  );
}

function fromNative(name: string, { type, dims, data }: OnnxTensor): Tensor {
  if (type === "float32" && data instanceof Float32Array)
    return { type, dims, data: data as Float32Array<ArrayBuffer> };
  // Where the platform has Float16Array the runtime answers in it; the core wants the bits.
  if (type === "float16" && ArrayBuffer.isView(data)) {
    return {
      type,
      dims,
      data: new Uint16Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / 2),
    };
  }
  if (type === "int32" && data instanceof Int32Array)
    return { type, dims, data: data as Int32Array<ArrayBuffer> };
  if (type === "int64" && data instanceof BigInt64Array)
    return { type, dims, data: data as BigInt64Array<ArrayBuffer> };
  throw unknownType(name, type);
}
