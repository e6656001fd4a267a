/** Element types that cross into a model. A float16 is held as its 16 bits. */
export interface ElementArrays {
  float32: Float32Array<ArrayBuffer>;
  float16: Uint16Array<ArrayBuffer>;
  int32: Int32Array<ArrayBuffer>;
  int64: BigInt64Array<ArrayBuffer>;
}
export type ElementType = keyof ElementArrays;

/** A shaped array, row-major: the last dimension varies fastest. */
export interface TensorOf<Type extends ElementType> {
  readonly type: Type;
  readonly dims: readonly number[];
  readonly data: ElementArrays[Type];
}
export type Tensor = { [Type in ElementType]: TensorOf<Type> }[ElementType];
export type FloatTensor = TensorOf<"float32">;

/** How many elements a shape holds. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/**
 * A float32 tensor over `data` (not copied).
 * @throws RangeError where the data does not fill the shape: a bug of the caller, never of the user.
 */
export function floatTensor(dims: readonly number[], data: Float32Array<ArrayBuffer>): FloatTensor {
  if (elementCount(dims) !== data.length) {
    throw new RangeError(
      `A tensor of [${dims.join(", ")}] holds ${elementCount(dims)} elements, but got ${data.length}.`,
    );
  }
  return { type: "float32", dims, data };
}

/** Joins tensors of one shape along their first dimension: n x [a, ...] -> [n a, ...]. */
export function concatBatch(tensors: readonly FloatTensor[]): FloatTensor {
  const first = tensors[0];
  if (first === undefined) throw new RangeError("Nothing to join: no tensor was given.");
  const data = new Float32Array(tensors.reduce((sum, tensor) => sum + tensor.data.length, 0));
  let offset = 0;
  let batch = 0;
  for (const tensor of tensors) {
    data.set(tensor.data, offset);
    offset += tensor.data.length;
    batch += tensor.dims[0] ?? 0;
  }
  return floatTensor([batch, ...first.dims.slice(1)], data);
}

/** The samples `start` to `end` (not included) of a batch: [B, ...] -> [end - start, ...], over the same memory. */
export function sliceBatch(tensor: FloatTensor, start: number, end: number): FloatTensor {
  const size = tensor.data.length / (tensor.dims[0] ?? 1);
  return floatTensor([end - start, ...tensor.dims.slice(1)], tensor.data.subarray(start * size, end * size));
}

/** Joins tensors along their channels: [B, C1, h, w], [B, C2, h, w], ... -> [B, C1 + C2 + ..., h, w]. */
export function concatChannels(tensors: readonly FloatTensor[]): FloatTensor {
  const [batch = 1, , ...plane] = tensors[0]?.dims ?? [];
  const channels = tensors.reduce((sum, tensor) => sum + (tensor.dims[1] ?? 0), 0);
  const data = new Float32Array(elementCount([batch, channels, ...plane]));
  let offset = 0;
  for (let sample = 0; sample < batch; sample++) {
    for (const tensor of tensors) {
      const part = sliceBatch(tensor, sample, sample + 1).data;
      data.set(part, offset);
      offset += part.length;
    }
  }
  return floatTensor([batch, channels, ...plane], data);
}

/** Joins tensors along their last dimension: [..., A], [..., B] -> [..., A + B]. */
export function concatLast(tensors: readonly FloatTensor[]): FloatTensor {
  const widths = tensors.map(({ dims }) => dims.at(-1) ?? 1);
  const width = widths.reduce((sum, size) => sum + size, 0);
  const leading = tensors[0]?.dims.slice(0, -1) ?? [];
  const data = new Float32Array(elementCount(leading) * width);
  let offset = 0;
  tensors.forEach((tensor, which) => {
    const own = widths[which]!;
    for (let row = 0; row * own < tensor.data.length; row++) {
      data.set(tensor.data.subarray(row * own, (row + 1) * own), row * width + offset);
    }
    offset += own;
  });
  return floatTensor([...leading, width], data);
}
