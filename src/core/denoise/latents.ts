import { elementCount, floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { TorchGenerator } from "../tensor/generator.ts";

/** The noise that a picture starts from: standard normals times the scheduler's first deviation. */
export function initialLatents(
  dims: readonly number[],
  generator: TorchGenerator,
  initNoiseSigma: number,
): FloatTensor {
  return floatTensor(
    dims,
    generator.randn(elementCount(dims)).map((value) => value * initNoiseSigma),
  );
}
