import { EaselError } from "../../contracts/errors.ts";
import type { Manifest } from "../../contracts/model.ts";

/** What a model says of the sizes that it draws. */
export type SizeOffer = Pick<Manifest, "id" | "sizes" | "sizeRule">;

/**
 * Whether the model draws a picture of this size, in pixels.
 * @param path the request's field to blame; undefined: width or height, whichever does not fit
 * @throws EaselError `unsupported_size` with the sizes that can be drawn.
 */
export function requireSize(model: SizeOffer, width: number, height: number, path?: string): void {
  if (model.sizes.some((size) => size[0] === width && size[1] === height)) return;
  const rule = model.sizeRule;
  const fits = (side: number): boolean =>
    rule !== undefined && side % rule.multipleOf === 0 && side >= rule.min && side <= rule.max;
  if (rule !== undefined && fits(width) && fits(height) && width * height <= rule.maxPixels) return;
  const widthFits = rule === undefined ? model.sizes.some((size) => size[0] === width) : fits(width);
  throw new EaselError("unsupported_size", `${model.id} can't draw ${width} x ${height} pixels.`, {
    path: path ?? (widthFits ? "height" : "width"),
    hint: `It draws: ${drawn(model)}.`,
  });
}

/** The pixels of the largest picture that a model may be asked for. */
export function largestPixels({ sizes, sizeRule }: Pick<SizeOffer, "sizes" | "sizeRule">): number {
  return Math.max(sizeRule?.maxPixels ?? 0, ...sizes.map(([width, height]) => width * height));
}

function drawn({ sizes, sizeRule }: SizeOffer): string {
  const listed = sizes.map((size) => size.join(" x ")).join(", ");
  if (sizeRule === undefined) return listed;
  const { multipleOf, min, max, maxPixels } = sizeRule;
  return `${listed}, and sides of a multiple of ${multipleOf} from ${min} to ${max}, ${maxPixels} pixels at most`;
}
