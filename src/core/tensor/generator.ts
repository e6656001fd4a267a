import { Mt19937 } from "./mt19937.ts";

const TWO_PI = Math.fround(2 * Math.PI);
const BLOCK = 16;

/**
 * PyTorch's CPU generator: `new TorchGenerator(seed).randn(n)` equals `torch.randn(n, generator=g)` with
 * `g.manual_seed(seed)` within 1e-6, so that a seed means what it means in diffusers. The difference is PyTorch's own
 * vectorised log and sine. Written from the published algorithm (ATen's normal_fill and the Box-Muller transform).
 */
export class TorchGenerator {
  readonly #engine: Mt19937;
  /** The second normal of a Box-Muller pair, kept for the next call of the short path, as PyTorch keeps it. */
  #spare: number | undefined;

  constructor(seed: number) {
    this.#engine = new Mt19937(seed);
  }

  /** `count` standard normals, float32. */
  randn(count: number): Float32Array<ArrayBuffer> {
    const values = new Float32Array(count);
    if (count < BLOCK) {
      for (let i = 0; i < count; i++) values[i] = this.#normal();
      return values;
    }
    for (let i = 0; i < count; i++) values[i] = this.#uniform24();
    for (let start = 0; start + BLOCK <= count; start += BLOCK) boxMuller(values, start);
    if (count % BLOCK !== 0) {
      // The tail does not fill a block: its last 16 places are drawn anew, over what stood there.
      for (let i = count - BLOCK; i < count; i++) values[i] = this.#uniform24();
      boxMuller(values, count - BLOCK);
    }
    return values;
  }

  /** Uniform in [0, 1) with 24 bits: what a float32 can hold. */
  #uniform24(): number {
    return (this.#engine.next() & 0xffffff) * 2 ** -24;
  }

  /** Uniform in [0, 1) with 53 bits, from two draws, the high word first. */
  #uniform53(): number {
    const high = this.#engine.next() & 0x1fffff;
    return (high * 2 ** 32 + this.#engine.next()) * 2 ** -53;
  }

  /** One normal in double precision: PyTorch's path for fewer than 16 numbers. */
  #normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    const u1 = this.#uniform53();
    const u2 = this.#uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-u2));
    this.#spare = radius * Math.sin(2 * Math.PI * u1);
    return radius * Math.cos(2 * Math.PI * u1);
  }
}

/**
 * 16 uniforms at `start` become 16 normals: number j pairs with number j + 8. Rounded to float32 where PyTorch
 * rounds, since an angle near 2 pi has an error of 2e-7 in float32 that a radius of 5 makes visible.
 */
function boxMuller(values: Float32Array, start: number): void {
  for (let j = start; j < start + BLOCK / 2; j++) {
    const u1 = Math.fround(1 - values[j]!);
    const radius = Math.fround(Math.sqrt(Math.fround(-2 * Math.fround(Math.log(u1)))));
    const theta = Math.fround(TWO_PI * values[j + BLOCK / 2]!);
    values[j] = radius * Math.fround(Math.cos(theta));
    values[j + BLOCK / 2] = radius * Math.fround(Math.sin(theta));
  }
}
