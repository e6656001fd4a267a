import type { GenerationRequest } from "../../contracts/request.ts";
import { TorchGenerator } from "../tensor/generator.ts";
import { slerp } from "../tensor/slerp.ts";
import { elementCount, floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/**
 * The noise of one pass: standard normals of the picture's own stream, turned towards those of the variation seed as
 * far as the request says. Step noise goes on in the picture's stream either way.
 */
export function drawNoise(
  { variationSeed, variationStrength = 0 }: Pick<GenerationRequest, "variationSeed" | "variationStrength">,
  dims: readonly number[],
  generator: TorchGenerator,
): FloatTensor {
  const count = elementCount(dims);
  const noise = floatTensor(dims, generator.randn(count));
  if (variationSeed === undefined) return noise;
  return slerp(variationStrength, noise, floatTensor(dims, new TorchGenerator(variationSeed).randn(count)));
}
