/** A look that is under way when the time is over may still find something; one that hangs is not waited for. */
const LAST_LOOK_MILLISECONDS = 10_000;

/** Polls until `look` gives something, at most `milliseconds`; then fails with `what`. */
export async function until<T>(
  what: string,
  milliseconds: number,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  const end = Date.now() + milliseconds;
  const failure = () => new Error(`This did not come in ${milliseconds} ms: ${what}`);
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failure()), milliseconds + LAST_LOOK_MILLISECONDS);
  });
  try {
    for (;;) {
      const found = await Promise.race([look(), hung]);
      if (found !== undefined && found !== false) return found;
      if (Date.now() > end) throw failure();
      await pass(50);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for a fixed time, where what is tested is the passing of time itself. */
export async function pass(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
