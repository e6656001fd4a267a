import type { Feed } from "../core/runtime/feed.ts";
import type { InferenceSession } from "../core/runtime/inference-runtime.ts";
import type { FloatTensor } from "../core/tensor/tensor.ts";

/** Pictures that go through the graph together: [count, 3, H, W]. */
interface Batch {
  readonly feed: Feed;
  readonly count: number;
}

/**
 * Prepared pictures, [1, 3, H, W] each, in as few batches as the graph takes and in their order: all that follow each
 * other in one size, or one by one where the graph's first dimension is fixed.
 */
export function stack(pictures: readonly FloatTensor[], session: Pick<InferenceSession, "inputs">): Batch[] {
  const alone = session.inputs.some(({ dims }) => typeof dims[0] === "number");
  const groups: FloatTensor[][] = [];
  for (const picture of pictures) {
    const group = groups.at(-1);
    const same = group?.[0]?.dims.every((size, axis) => size === picture.dims[axis]) === true;
    if (group !== undefined && same && !alone) group.push(picture);
    else groups.push([picture]);
  }
  return groups.map((group) => {
    const [first] = group as [FloatTensor];
    const values = new Float32Array(first.data.length * group.length);
    group.forEach(({ data }, i) => values.set(data, i * first.data.length));
    return { feed: { dims: [group.length, ...first.dims.slice(1)], values }, count: group.length };
  });
}
