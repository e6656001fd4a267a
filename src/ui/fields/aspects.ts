import type { Manifest } from "../../contracts/model.ts";
import { nearestSize } from "../../core/request/nearest-size.ts";

export type Size = readonly [width: number, height: number];

/** What of a model decides over its sizes. */
export type Sizes = Pick<Manifest, "sizes" | "sizeRule"> & { defaults: { width: number; height: number } };

/** The shapes that cameras, screens and paper have, wide to tall. */
export const ASPECTS = ["21:9", "16:9", "3:2", "4:3", "1:1", "3:4", "2:3", "9:16"] as const;
export type Aspect = (typeof ASPECTS)[number];

/** No drawable size is further from a shape than this; a model of one size has one shape. */
const NEAR = Math.log(1.12);

/** The size of this shape with about as many pixels as the model likes best; undefined where it draws none near it. */
export function sizeOf(aspect: Aspect, model: Sizes): Size | undefined {
  const [across = 1, down = 1] = aspect.split(":").map(Number);
  const pixels = model.defaults.width * model.defaults.height;
  const height = Math.sqrt((pixels * down) / across);
  const [width, found] = nearestSize(model, [(height * across) / down, height]);
  return Math.abs(Math.log(width / found) - Math.log(across / down)) <= NEAR ? [width, found] : undefined;
}

/** The shape that this size is nearest to, among those that the model draws; undefined where none is near. */
export function aspectOf([width, height]: Size, model: Sizes): Aspect | undefined {
  const away = (aspect: Aspect) => {
    const [across = 1, down = 1] = aspect.split(":").map(Number);
    return Math.abs(Math.log(width / height) - Math.log(across / down));
  };
  return ASPECTS.filter((aspect) => sizeOf(aspect, model) !== undefined && away(aspect) <= NEAR).sort(
    (a, b) => away(a) - away(b),
  )[0];
}

/** The nearest size that the model draws. */
export function snapped(size: Size, model: Sizes): Size {
  return nearestSize(model, size);
}

/** Width and height change places, as far as the model draws that. */
export function swapped([width, height]: Size, model: Sizes): Size {
  return nearestSize(model, [height, width]);
}
