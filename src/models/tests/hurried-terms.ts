/** What a test tells its library worker first. */
export interface HurriedTerms {
  /** Filled with the bytes that the store is handed, by a generated file's seed. */
  counts: Int32Array<SharedArrayBuffer>;
  /** As in FetchTerms. */
  silence: number;
}
