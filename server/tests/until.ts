/** Polls until `look` gives something, at most `milliseconds`; then fails with `what`. */
export async function until<T>(
  what: string,
  milliseconds: number,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`This did not come in ${milliseconds} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits for a fixed time, where what is tested is the passing of time itself. */
export async function pass(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
