import type { Manifest } from "../../contracts/model.ts";

type Size = readonly [width: number, height: number];

/** A size by the model's rule, as near to the wanted shape and area as its limits let it be. */
function byRule(rule: NonNullable<Manifest["sizeRule"]>, [width, height]: Size): Size | undefined {
  const { multipleOf, min, max, maxPixels } = rule;
  const shrink = Math.min(1, max / Math.max(width, height), Math.sqrt(maxPixels / (width * height)));
  const fit = (side: number) => {
    const whole = shrink < 1 ? Math.floor((side * shrink) / multipleOf) : Math.round(side / multipleOf);
    return Math.min(max, Math.max(min, whole * multipleOf));
  };
  const size: Size = [fit(width), fit(height)];
  return size[0] * size[1] <= maxPixels ? size : undefined;
}

/**
 * The size that a model draws when another is asked for, in pixels: the nearest shape (ratio of the
 * sides), and of equal shapes the nearest area.
 */
export function nearestSize(model: Pick<Manifest, "sizes" | "sizeRule">, wanted: Size): Size {
  const ruled = model.sizeRule === undefined ? undefined : byRule(model.sizeRule, wanted);
  const candidates: Size[] = [...model.sizes, ...(ruled === undefined ? [] : [ruled])];
  const away = ([width, height]: Size) => ({
    shape: Math.abs(Math.log(width / height) - Math.log(wanted[0] / wanted[1])),
    area: Math.abs(Math.log(width * height) - Math.log(wanted[0] * wanted[1])),
  });
  const [first, ...others] = candidates;
  if (first === undefined) throw new Error("A model draws at least one size.");
  return others.reduce((best, size) => {
    const [a, b] = [away(best), away(size)];
    return b.shape < a.shape - 1e-9 || (b.shape < a.shape + 1e-9 && b.area < a.area) ? size : best;
  }, first);
}
