import { createHash } from "node:crypto";

/** A prime: no block size of ours is a multiple, so that a shifted or repeated piece changes the hash. */
const PERIOD = 65_521;
const REPEATS = 17;

const blocks = new Map<number, Buffer>();

/** Bytes that look random and need no file: `size` of them from `start`, of the endless row that `seed` names. */
export function generatedBytes(seed: number, start: number, size: number): Buffer {
  const block = blockOf(seed);
  const pieces: Buffer[] = [];
  let left = size;
  for (let at = start; left > 0;) {
    const from = at % PERIOD;
    const piece = block.subarray(from, Math.min(block.length, from + left));
    pieces.push(piece);
    at += piece.length;
    left -= piece.length;
  }
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

/** SHA-256 of the first `size` bytes. */
export function generatedSha256(seed: number, size: number): string {
  const hash = createHash("sha256");
  const step = PERIOD * REPEATS;
  for (let at = 0; at < size; at += step) hash.update(generatedBytes(seed, at, Math.min(step, size - at)));
  return hash.digest("hex");
}

function blockOf(seed: number): Buffer {
  const known = blocks.get(seed);
  if (known !== undefined) return known;
  const period = Buffer.alloc(PERIOD);
  // xorshift32 (Marsaglia, "Xorshift RNGs", 2003).
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  for (let i = 0; i < PERIOD; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    period[i] = state & 255;
  }
  const block = Buffer.concat(Array.from({ length: REPEATS }, () => period));
  blocks.set(seed, block);
  return block;
}
