const scratchFloat = new Float32Array(1);
const scratchBits = new Uint32Array(scratchFloat.buffer);

/** The 16 bits of the nearest IEEE 754 half, ties to even; beyond 65519.99 it is infinity, NaN stays NaN. */
export function float32ToFloat16Bits(value: number): number {
  scratchFloat[0] = value;
  const bits = scratchBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200);
  const unbiased = exponent - 127;
  if (unbiased >= 16) return sign | 0x7c00;
  // A normal half keeps 10 of the 23 bits; a subnormal one counts in units of 2^-24.
  const shift = unbiased >= -14 ? 13 : -1 - unbiased;
  if (shift > 24) return sign;
  const significand = unbiased >= -14 ? mantissa : mantissa | 0x800000;
  const base = unbiased >= -14 ? (unbiased + 15) << 10 : 0;
  const kept = significand >>> shift;
  const rest = significand & (2 ** shift - 1);
  const half = 2 ** (shift - 1);
  const roundUp = rest > half || (rest === half && (kept & 1) === 1);
  // A carry out of the mantissa runs into the exponent, which is exactly the next half (or infinity).
  return sign | (base + kept + (roundUp ? 1 : 0));
}

/** The value of an IEEE 754 half given by its bits; exact. */
export function float16BitsToFloat32(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

export function toFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) halves[i] = float32ToFloat16Bits(values[i]!);
  return halves;
}

export function fromFloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = float16BitsToFloat32(halves[i]!);
  return values;
}
