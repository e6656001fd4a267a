/** A seed for a picture whose user gave none: 0 to 4294967295, every one as likely. */
export function drawSeed(): number {
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  return seed;
}
