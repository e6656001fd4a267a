import { fromFloat16, toFloat16 } from "./float16.ts";
import { floatTensor } from "./tensor.ts";
import type { ElementType, FloatTensor, Tensor } from "./tensor.ts";

/**
 * A tensor of numbers in the element type that a model asks for. Known exports disagree: ids are int32 or int64,
 * timesteps int64, float32 or float16, latents float32 or float16. A fraction is cut off where an integer is wanted, as diffusers' ONNX pipelines do with timesteps.
 */
export function tensorOf(type: ElementType, dims: readonly number[], values: ArrayLike<number>): Tensor {
  switch (type) {
    case "float32":
      return {
        type,
        dims,
        data: values instanceof Float32Array ? asOwned(values) : Float32Array.from(values),
      };
    case "float16":
      return {
        type,
        dims,
        data: toFloat16(values instanceof Float32Array ? values : Float32Array.from(values)),
      };
    case "int32":
      return { type, dims, data: Int32Array.from(values, Math.trunc) };
    case "int64":
      return {
        type,
        dims,
        data: BigInt64Array.from({ length: values.length }, (_, i) => BigInt(Math.trunc(values[i]!))),
      };
  }
}

function asOwned(values: Float32Array): Float32Array<ArrayBuffer> {
  return values.buffer instanceof ArrayBuffer
    ? (values as Float32Array<ArrayBuffer>)
    : new Float32Array(values);
}

/** Any tensor as float32: what the pipeline computes in. */
export function toFloatTensor(tensor: Tensor): FloatTensor {
  switch (tensor.type) {
    case "float32":
      return tensor;
    case "float16":
      return floatTensor(tensor.dims, fromFloat16(tensor.data));
    case "int32":
      return floatTensor(tensor.dims, Float32Array.from(tensor.data));
    case "int64":
      return floatTensor(tensor.dims, Float32Array.from(tensor.data, Number));
  }
}
