/** Seconds that a round of bench/store took. */
export interface StoreSample {
  store: number;
  writing: number;
  hashing: number;
}
