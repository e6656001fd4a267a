/**
 * A step down to `to` taken as a step further down and new noise on top: to^2 = down^2 + up^2, with as much new noise
 * as the forward process adds between the two (Song et al., 2021; k-diffusion's `get_ancestral_step` with eta 1).
 * float32, since down is the small difference of two squares.
 */
export function ancestralSplit(from: number, to: number): { down: number; up: number } {
  const f = Math.fround;
  const [fromSquared, toSquared] = [f(from * from), f(to * to)];
  const up = f(Math.sqrt(f(f(toSquared * f(fromSquared - toSquared)) / fromSquared)));
  const noise = Math.min(to, up);
  return { down: f(Math.sqrt(f(toSquared - f(noise * noise)))), up: noise };
}
