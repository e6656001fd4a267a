/** The small count in `npm test`, the full one of our reliability list in `npm run soak`. */
export function count(small: number, full: number): number {
  return process.env.EASEL_SOAK === "1" ? full : small;
}
