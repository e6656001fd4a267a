/** How a stroke is painted: its width in pixels of the picture, and how soft its edge is. */
export interface Brush {
  readonly size: number;
  /** 0: a hard edge, 1: fading from the middle on. */
  readonly softness: number;
  readonly erase: boolean;
}

/** Where a pointer was, in pixels of the picture. */
export interface StrokePoint {
  readonly x: number;
  readonly y: number;
  /** 0..1: a pen's; 1 for what knows none. */
  readonly pressure: number;
}

/** A light pen paints a quarter as wide as a heavy one. */
const LIGHTEST = 0.25;

/** The radius at a point of a stroke, in pixels of the picture. */
export function radiusAt({ size }: Brush, pressure: number): number {
  return (size / 2) * (LIGHTEST + (1 - LIGHTEST) * pressure);
}

/** How much of the brush covers a pixel at this distance from its middle: 255 within, 0 outside. */
export function coverageAt(distance: number, radius: number, softness: number): number {
  if (distance >= radius + 0.5) return 0;
  const hard = radius * (1 - softness);
  // The edge of a hard brush is a pixel wide, so that no stairs show.
  const fade = Math.max(1, radius - hard);
  const share = Math.min(1, Math.max(0, (Math.max(radius, hard) + 0.5 - distance) / fade));
  // Smooth at both ends, where a straight ramp would show a ring.
  return Math.round(255 * share * share * (3 - 2 * share));
}

/** Points after `from` up to `to`, at most `spacing` pixels apart, so that their dabs make a line. */
export function pointsBetween(from: StrokePoint, to: StrokePoint, spacing: number): StrokePoint[] {
  const distance = Math.hypot(to.x - from.x, to.y - from.y);
  const count = Math.max(1, Math.ceil(distance / spacing));
  return Array.from({ length: count }, (_, index) => {
    const share = (index + 1) / count;
    const between = (a: number, b: number) => a + (b - a) * share;
    return {
      x: between(from.x, to.x),
      y: between(from.y, to.y),
      pressure: between(from.pressure, to.pressure),
    };
  });
}
