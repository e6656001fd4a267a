/** The rate of a transfer over the last seconds, so that an old pause or burst does not colour it. */
const WINDOW_MILLISECONDS = 8_000;

/** Bytes over time; `now` in milliseconds of any clock that only grows. */
export class TransferRate {
  #samples: { at: number; bytes: number }[] = [];

  /** @param bytes how many there are now in all */
  note(bytes: number, now: number): void {
    this.#samples.push({ at: now, bytes });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > WINDOW_MILLISECONDS)
      this.#samples.shift();
  }

  /** Bytes a second; null while there is too little to tell. */
  get bytesPerSecond(): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < 500) return null;
    return Math.max(0, ((last.bytes - first.bytes) / (last.at - first.at)) * 1000);
  }

  /** Seconds that so many more bytes would take; null while there is too little to tell. */
  secondsFor(bytes: number): number | null {
    const rate = this.bytesPerSecond;
    return rate === null || rate === 0 ? null : bytes / rate;
  }
}
